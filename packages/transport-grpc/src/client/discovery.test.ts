import { once } from "node:events";
import {
  type DoneInfo,
  errorServiceUnavailable,
  KratosError,
  type Node,
  type PickedNode,
  type Resolver,
} from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echoClient, failureOf } from "../../testdata/echo-client.ts";
import { answer, answerOnce, RawServer } from "../../testdata/raw-server.ts";
import { createGrpcTransport } from "./grpc-transport.ts";

const nodeAt = (address: string, scheme = "grpc"): Node => ({
  scheme,
  address,
  serviceName: "shop",
  version: "",
  initialWeight: undefined,
  metadata: {},
});

/** A resolver whose picks a test decides, and which notes what it is told. */
class FakeResolver implements Resolver {
  readonly resolved: unknown[] = [];
  readonly done: DoneInfo[] = [];
  closed = 0;
  readonly #pick: () => Node | Promise<Node>;

  constructor(pick: () => Node | Promise<Node>) {
    this.#pick = pick;
  }

  resolve(...args: Parameters<Resolver["resolve"]>): ReturnType<Resolver["resolve"]> {
    this.resolved.push(args);
    const picked = (node: Node): PickedNode => ({ node, done: (info) => this.done.push(info) });
    return {
      pick: () => {
        const node = this.#pick();
        return node instanceof Promise ? node.then(picked) : picked(node);
      },
      [Symbol.asyncDispose]: async () => {
        this.closed++;
      },
    };
  }
}

const target = "discovery:///shop";

describe("a discovered service", () => {
  it("needs a resolver, and says which package makes one", () => {
    expect(() => createGrpcTransport({ endpoint: target })).toThrow(/@kratos-ts\/selector/);
  });

  it("has a node picked for each call, and a connection for each node", async () => {
    await using a = await RawServer.start((call) => answer(call));
    await using b = await RawServer.start((call) => answer(call));
    let picks = 0;
    const resolver = new FakeResolver(() => nodeAt(`127.0.0.1:${[a, b][picks++ % 2]!.port}`));
    const endpoints: unknown[] = [];
    await using client = echoClient(target, {
      resolver,
      middleware: [(next) => (req, ctx) => next(req, ctx).finally(() => endpoints.push(ctx.transport?.endpoint))],
    });
    for (let i = 0; i < 4; i++) await client.echo.noRule({});
    expect(resolver.resolved).toEqual([[target, { scheme: "grpc", secure: false }]]);
    expect([a.calls.length, b.calls.length, a.sessions.length, b.sessions.length]).toEqual([2, 2, 1, 1]);
    expect(endpoints).toEqual([a.endpoint, b.endpoint, a.endpoint, b.endpoint]);
  });

  it("tells the balancer once how each call ended", async () => {
    await using server = await RawServer.start((call) =>
      call.index === 0 ? answer(call) : call.index === 1 ? answerOnce(call, { "grpc-status": "14" }) : undefined,
    );
    const resolver = new FakeResolver(async () => nodeAt(`127.0.0.1:${server.port}`));
    await using client = echoClient(target, { resolver });
    await client.echo.noRule({});
    await failureOf(client.echo.noRule({}));
    await failureOf(client.echo.noRule({}, { timeoutMs: 20 }));
    expect(resolver.done).toEqual([
      { error: undefined },
      { error: expect.objectContaining({ code: 503 }) },
      { error: expect.objectContaining({ code: 504 }) },
    ]);
  });

  it("fails as the picker fails, and while it waits, by the call's deadline", async () => {
    const none = new FakeResolver(() => {
      throw errorServiceUnavailable("NODE_NOT_FOUND", "no instance of shop");
    });
    await using client = echoClient(target, { resolver: none });
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({ code: 503, reason: "NODE_NOT_FOUND" });
    const { promise, resolve } = Promise.withResolvers<Node>();
    const slow = new FakeResolver(() => promise);
    await using waiting = echoClient(target, { resolver: slow });
    expect(await failureOf(waiting.echo.noRule({}, { timeoutMs: 20 }))).toMatchObject({ code: 504 });
    resolve(nodeAt("127.0.0.1:1"));
    await expect.poll(() => slow.done).toEqual([{ error: expect.objectContaining({ code: 504 }) }]);
  });

  it("with a node that is none for gRPC fails with an error that names it", async () => {
    const resolver = new FakeResolver(() => nodeAt("127.0.0.1:1", "amqp"));
    await using client = echoClient(target, { resolver });
    const error = await failureOf(client.echo.noRule({}));
    expect(error).toBeInstanceOf(KratosError);
    expect(error.message).toContain("amqp://127.0.0.1:1");
    expect(resolver.done).toHaveLength(1);
  });

  it("has its connections closed when no call has used them for a while", async () => {
    await using a = await RawServer.start((call) => answer(call));
    const resolver = new FakeResolver(() => nodeAt(`127.0.0.1:${a.port}`));
    await using client = echoClient(target, { resolver, idleTimeoutMs: 20 });
    await client.echo.noRule({});
    await once(a.sessions[0]!, "close");
    expect((await client.echo.noRule({})).name).toBe("raw");
  });

  it("is let go with its transport", async () => {
    await using server = await RawServer.start((call) => answer(call));
    const resolver = new FakeResolver(() => nodeAt(`127.0.0.1:${server.port}`));
    const client = echoClient(target, { resolver });
    await client.echo.noRule({});
    const closed = once(server.sessions[0]!, "close");
    await client.transport[Symbol.asyncDispose]();
    await client.transport[Symbol.asyncDispose]();
    await closed;
    expect(resolver.closed).toBe(1);
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({ code: 499 });
  });
});
