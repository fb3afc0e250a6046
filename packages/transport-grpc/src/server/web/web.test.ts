import { once } from "node:events";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import type { Middleware } from "@kratos-ts/core";
import { ErrorInfoSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { describe, expect, it } from "vitest";
import { Echo, Faults, Streams } from "../../../testdata/gen/interop/v1/interop_pb.ts";
import { createInteropServer, type InteropOptions } from "../../../testdata/interop-server.ts";
import { frame } from "../../frame.ts";

type Make = (options: { baseUrl: string; httpVersion: "1.1" | "2" }) => Transport;
const protocols: Array<[string, "1.1" | "2", Make]> = [
  ["Connect", "1.1", createConnectTransport],
  ["Connect", "2", createConnectTransport],
  ["gRPC-Web", "1.1", createGrpcWebTransport],
  ["gRPC-Web", "2", createGrpcWebTransport],
];

async function started(options: InteropOptions = {}) {
  const server = createInteropServer(options);
  await server.start(options.start);
  const url = server.endpoint().replace("grpc:", "http:");
  return { server, url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    () => expect.unreachable(),
    (error) => ConnectError.from(error),
  );
}

async function* counted(upto: number) {
  for (let number = 1; number <= upto; number++) yield { number };
}

/** A request by hand. */
async function send(url: string, options: { method?: string; headers?: Record<string, string>; body?: string }) {
  const { method = "POST", headers = {}, body } = options;
  const request = requestHttp(url, { method, headers, agent: false });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

const json = { "content-type": "application/json" };

describe.each(protocols)("%s over HTTP/%s", (_, httpVersion, make) => {
  const transportTo = (baseUrl: string) => make({ baseUrl, httpVersion });

  it("calls methods of the kinds that it has", async () => {
    await using peer = await started();
    const transport = transportTo(peer.url);
    expect(await createClient(Echo, transport).getItem({ id: "7" })).toMatchObject({ id: "7" });
    const client = createClient(Streams, transport);
    const numbers: number[] = [];
    for await (const { number } of client.count({ upto: 3 })) numbers.push(number);
    expect(numbers).toEqual([1, 2, 3]);
    expect(await client.sum(counted(4))).toMatchObject({ total: 10, received: 4 });
    const chatted: string[] = [];
    if (httpVersion === "2") {
      async function* words() {
        for (const text of ["a", "b"]) yield { text };
      }
      for await (const { text } of client.chat(words())) chatted.push(text);
      expect(chatted).toEqual(["a", "b"]);
    }
  });

  it("runs the middleware once a call, which sees a call of this server", async () => {
    const seen: unknown[] = [];
    const middleware: Middleware = (next, info) => async (req, ctx) => {
      const { kind, operation, peer } = ctx.transport ?? {};
      const token = ctx.transport?.requestHeader.get("x-token");
      seen.push({ kind, same: operation === info.operation && info.kind === kind, peer: peer !== undefined, token });
      ctx.transport?.replyHeader.set("x-reply", "header");
      ctx.transport?.replyTrailer.set("x-after", "trailer");
      return next(req, ctx);
    };
    await using peer = await started({ middleware: [middleware] });
    const metadata: Array<string | null> = [];
    await createClient(Echo, transportTo(peer.url)).getItem(
      { id: "7" },
      {
        headers: { "x-token": "t" },
        onHeader: (headers) => metadata.push(headers.get("x-reply")),
        onTrailer: (trailers) => metadata.push(trailers.get("x-after")),
      },
    );
    expect(seen).toEqual([{ kind: "grpc", same: true, peer: true, token: "t" }]);
    expect(metadata).toEqual(["header", "trailer"]);
  });

  it("carries typed errors, before and amid a stream", async () => {
    await using peer = await started();
    const transport = transportTo(peer.url);
    const fault = { code: 404, reason: "GONE", message: "no such thing", metadata: { id: "7" } };
    const error = await errorOf(createClient(Faults, transport).fail(fault));
    expect([error.code, error.rawMessage]).toEqual([Code.NotFound, "no such thing"]);
    expect(error.findDetails(ErrorInfoSchema)[0]).toMatchObject({ reason: "GONE", metadata: { id: "7" } });
    const numbers: number[] = [];
    const stream = async () => {
      for await (const { number } of createClient(Streams, transport).count({ upto: 5, failAfter: 2 }))
        numbers.push(number);
    };
    const broken = await errorOf(stream());
    expect([broken.code, numbers]).toEqual([Code.ResourceExhausted, [1, 2]]);
    expect(broken.findDetails(ErrorInfoSchema)[0]).toMatchObject({ reason: "TOO_FAST" });
    const plain = await errorOf(createClient(Faults, transport).failPlain({ message: "oops" }));
    expect([plain.code, plain.rawMessage]).toEqual([Code.Unknown, "oops"]);
    const missing = await errorOf(createClient(Echo, transport).listItems({}));
    expect([missing.code, missing.details]).toEqual([Code.Unimplemented, []]);
  });

  it("ends at the server's limit and at the caller's, though the handler runs on", async () => {
    const forever = () => new Promise<never>(() => {});
    await using peer = await started({ timeoutMs: 30, implementation: { getItem: forever } });
    const client = createClient(Echo, transportTo(peer.url));
    const error = await errorOf(client.getItem({}));
    expect([error.code, error.rawMessage]).toEqual([Code.DeadlineExceeded, "context deadline exceeded"]);
    await using patient = await started({ timeoutMs: 0, implementation: { getItem: forever } });
    const asked = await errorOf(createClient(Echo, transportTo(patient.url)).getItem({}, { timeoutMs: 30 }));
    expect(asked.code).toBe(Code.DeadlineExceeded);
  });

  it("refuses a message beyond maxMessageBytes", async () => {
    await using peer = await started({ maxMessageBytes: 1000 });
    const client = createClient(Echo, transportTo(peer.url));
    expect((await errorOf(client.getItem({ id: "x".repeat(2000) }))).code).toBe(Code.ResourceExhausted);
    expect(await client.getItem({ id: "x".repeat(900) })).toMatchObject({ id: "x".repeat(900) });
  });

  it("cancels the call when the caller leaves", async () => {
    const began = Promise.withResolvers<void>();
    const left = Promise.withResolvers<unknown>();
    async function* count(_request: unknown, ctx: { signal: AbortSignal }) {
      try {
        yield { number: 1 };
        began.resolve();
        await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
        yield { number: 2 };
      } finally {
        left.resolve(ctx.signal.reason);
      }
    }
    await using peer = await started({ implementation: { count } });
    const controller = new AbortController();
    const call = createClient(Streams, transportTo(peer.url)).count({}, { signal: controller.signal });
    const read = (async () => {
      for await (const _ of call);
    })();
    await began.promise;
    controller.abort();
    expect((await errorOf(read)).code).toBe(Code.Canceled);
    expect(await left.promise).toMatchObject({ code: 499 });
  });

  it("ends a stream that is idle for too long, and one that is open when the server is cut", async () => {
    const waits = async function* (_request: unknown, ctx: { signal: AbortSignal }) {
      yield { number: 1 };
      await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
    };
    await using idle = await started({ streamIdleTimeoutMs: 30, implementation: { count: waits } });
    const read = async (url: string, onFirst?: () => void) => {
      for await (const _ of createClient(Streams, transportTo(url)).count({})) onFirst?.();
    };
    expect((await errorOf(read(idle.url))).code).toBe(Code.DeadlineExceeded);
    const open = await started({ implementation: { count: waits } });
    const begun = Promise.withResolvers<void>();
    const cut = errorOf(read(open.url, begun.resolve));
    await begun.promise;
    await open.server.stop({ signal: AbortSignal.abort() });
    expect((await cut).code).toBe(Code.Unavailable);
  });

  it("lets calls end that are in flight when the server stops", async () => {
    const began = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const getItem = async (request: object) => {
      began.resolve();
      await gate.promise;
      return request;
    };
    await using peer = await started({ implementation: { getItem }, timeoutMs: 0 });
    const call = createClient(Echo, transportTo(peer.url)).getItem({ id: "7" });
    await began.promise;
    const stopped = peer.server.stop();
    gate.resolve();
    expect(await call).toMatchObject({ id: "7" });
    await stopped;
  });
});

describe("a caller that does not read", () => {
  const messages = 500;
  const label = "x".repeat(64 * 1024);

  function counting() {
    const seen = { yielded: 0 };
    async function* count() {
      for (; seen.yielded < messages; seen.yielded++) yield { number: 1, label };
    }
    return { seen, count };
  }

  /** Resolves when nothing more is yielded. */
  async function atRest(seen: { yielded: number }): Promise<number> {
    for (let before = -1; before !== seen.yielded; await new Promise((resolve) => setTimeout(resolve, 100)))
      before = seen.yielded;
    return seen.yielded;
  }

  const path = "/interop.v1.Streams/Count";
  const headers = { "content-type": "application/grpc-web+proto" };

  async function bytesIn(body: AsyncIterable<Uint8Array>): Promise<number> {
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    return bytes;
  }

  it("holds the implementation over HTTP/2, and gets all in the end", async () => {
    const { seen, count } = counting();
    await using peer = await started({ implementation: { count } });
    const session = connectHttp2(peer.url);
    const stream = session.request({ ":method": "POST", ":path": path, ...headers });
    stream.end(frame(new Uint8Array()));
    await once(stream, "response");
    expect(await atRest(seen)).toBeLessThan(10);
    expect(await bytesIn(stream)).toBeGreaterThan(messages * label.length);
    session.close();
  });

  it("holds the implementation over HTTP/1.1, and gets all in the end", async () => {
    const { seen, count } = counting();
    await using peer = await started({ implementation: { count } });
    const request = requestHttp(peer.url + path, { method: "POST", headers, agent: false });
    request.end(frame(new Uint8Array()));
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(await atRest(seen)).toBeLessThan(messages / 2);
    expect(await bytesIn(response)).toBeGreaterThan(messages * label.length);
  });
});

describe("HTTP/1.1 on the gRPC port", () => {
  const getItem = "/interop.v1.Echo/GetItem";

  it("serves calls of Connect by hand, one after another on a connection", async () => {
    await using peer = await started();
    expect(await send(peer.url + getItem, { headers: json, body: '{"id":"7"}' })).toMatchObject({
      status: 200,
      text: expect.stringMatching(/"id":\s*"7"/),
    });
  });

  it.each([
    ["another path", "/interop.v1.Echo/Nope", {}, 404],
    ["another verb", getItem, { method: "PUT" }, 405],
    ["another content type", getItem, { headers: { "content-type": "text/plain" }, body: "x" }, 415],
    ["a body that is no JSON", getItem, { headers: json, body: "{" }, 400],
  ])("answers %s, and lives on", async (_, path, options, status) => {
    await using peer = await started();
    expect((await send(peer.url + path, options)).status).toBe(status);
    expect((await send(peer.url + getItem, { headers: json, body: "{}" })).status).toBe(200);
  });

  it("answers a call whose body never comes, at its limit", async () => {
    await using peer = await started({ timeoutMs: 50 });
    const request = requestHttp(peer.url + getItem, { method: "POST", headers: json, agent: false });
    request.on("error", () => {});
    request.write("{");
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(504);
    request.destroy();
  });

  it("limits headers, and ends a connection that speaks neither protocol", async () => {
    await using peer = await started({ maxHeaderBytes: 2048 });
    const large = { ...json, "x-large": "x".repeat(4000) };
    expect((await send(peer.url + getItem, { headers: large, body: "{}" })).status).toBe(431);
    const socket: Socket = connect(Number(new URL(peer.url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.resume().write("neither\r\n\r\n");
    await once(socket, "close");
  });

  it("is refused where the web is switched off", async () => {
    await using peer = await started({ web: false });
    await expect(send(peer.url + getItem, { headers: json, body: "{}" })).rejects.toThrow();
  });
});

describe("pages of other origins", () => {
  const getItem = "/interop.v1.Echo/GetItem";
  const cors = { origins: ["https://app.test"], exposeHeaders: ["x-reply"] };
  const preflight = (origin: string) => ({
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
  });

  it("are told that they may call, when they may", async () => {
    await using peer = await started({ cors });
    expect(await send(peer.url + getItem, preflight("https://app.test"))).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-origin": "https://app.test",
        "access-control-allow-headers": "content-type",
        "access-control-allow-methods": expect.stringContaining("POST"),
      },
    });
    const reply = await send(peer.url + getItem, { headers: { ...json, origin: "https://app.test" }, body: "{}" });
    expect(reply.headers).toMatchObject({ "access-control-allow-origin": "https://app.test", vary: "origin" });
    expect(reply.headers["access-control-expose-headers"]).toMatch(/grpc-status.*x-reply/i);
  });

  it("are told nothing otherwise", async () => {
    await using peer = await started({ cors });
    const other = await send(peer.url + getItem, preflight("https://evil.test"));
    expect(other.headers).not.toHaveProperty("access-control-allow-origin");
    await using closed = await started();
    expect((await send(closed.url + getItem, preflight("https://app.test"))).status).toBe(405);
  });
});
