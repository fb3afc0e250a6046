import { createClient } from "@connectrpc/connect";
import { type DoneInfo, errorServiceUnavailable, type Node, type ResolveOptions, type Resolver } from "@kratos-ts/core";
import { expect, it } from "vitest";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { replyJson, startRawServer } from "../../testdata/raw-server.ts";
import { createHttpTransport } from "./http-transport.ts";

/** Picks its addresses in turn, and remembers what it was told. */
function resolverOf(...addresses: string[]) {
  const done: [string, DoneInfo][] = [];
  const resolved: [string, ResolveOptions][] = [];
  let closed = false;
  let turn = 0;
  const resolver: Resolver = {
    resolve(target, options) {
      resolved.push([target, options]);
      return {
        async pick() {
          const address = addresses[turn++ % addresses.length];
          if (address === undefined) throw errorServiceUnavailable("NODE_NOT_FOUND", "no instance of shop");
          const { scheme, secure } = options;
          const node: Node = {
            scheme: secure ? `${scheme}s` : scheme,
            address,
            serviceName: "shop",
            version: "",
            initialWeight: undefined,
            metadata: {},
          };
          return { node, done: (info) => done.push([address, info]) };
        },
        async [Symbol.asyncDispose]() {
          closed = true;
        },
      };
    },
  };
  return { resolver, done, resolved, closed: () => closed };
}

it("picks a server for each call, and tells how the call ended", async () => {
  await using good = await startRawServer(replyJson({ id: "7" }));
  await using bad = await startRawServer(replyJson({ reason: "DOWN" }, { status: 503 }));
  const [first, second] = [good, bad].map((server) => server.url.slice("http://".length)) as [string, string];
  const { resolver, done, resolved, closed } = resolverOf(first, second);
  const seen: unknown[] = [];
  {
    await using transport = createHttpTransport({
      endpoint: "discovery:///shop",
      resolver,
      middleware: [
        (next) => async (req, ctx) => {
          seen.push(ctx.transport?.endpoint);
          try {
            return await next(req, ctx);
          } finally {
            seen.push(ctx.transport?.endpoint, ctx.transport?.peer);
          }
        },
      ],
    });
    const echo = createClient(Echo, transport);
    expect(await echo.getItem({ id: "7" })).toMatchObject({ id: "7" });
    await expect(echo.getItem({ id: "7" })).rejects.toMatchObject({ code: 503, reason: "DOWN" });
    expect(await echo.getItem({ id: "7" })).toMatchObject({ id: "7" });
    expect(closed()).toBe(false);
  }
  expect(resolved).toEqual([["discovery:///shop", { scheme: "http", secure: false }]]);
  expect(done).toMatchObject([
    [first, {}],
    [second, { error: { code: 503, reason: "DOWN" } }],
    [first, {}],
  ]);
  expect(good.connections()).toBe(1);
  expect(seen.slice(0, 3)).toEqual(["discovery:///shop", good.url, first]);
  expect(closed()).toBe(true);
});

it("reconnects to a server that came back", async () => {
  const server = await startRawServer(replyJson({ id: "7" }));
  const port = Number(new URL(server.url).port);
  const { resolver } = resolverOf(`127.0.0.1:${port}`);
  await using transport = createHttpTransport({ endpoint: "discovery:///shop", resolver });
  const echo = createClient(Echo, transport);
  await echo.getItem({ id: "7" });
  await server[Symbol.asyncDispose]();
  await expect(echo.getItem({ id: "7" })).rejects.toMatchObject({ code: 503 });
  await using again = await startRawServer(replyJson({ id: "8" }), { listen: { host: "127.0.0.1", port } });
  expect(await echo.getItem({ id: "7" })).toMatchObject({ id: "8" });
  expect(again.seen).toHaveLength(1);
});

it("fails as the resolver does", async () => {
  await using transport = createHttpTransport({ endpoint: "discovery:///shop", resolver: resolverOf().resolver });
  await expect(createClient(Echo, transport).nothing({})).rejects.toMatchObject({
    code: 503,
    reason: "NODE_NOT_FOUND",
  });
});

it("needs a resolver", () => {
  expect(() => createHttpTransport({ endpoint: "discovery:///shop" })).toThrow(
    /createResolver of @kratos-ts\/selector/,
  );
});
