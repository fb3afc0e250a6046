import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createClient } from "@connectrpc/connect";
import { CallContext, KratosError, type Middleware, runInContext } from "@kratos-ts/core";
import { expect, it } from "vitest";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { type RawServer, startRawServer } from "../../testdata/raw-server.ts";
import { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";

/** A server that never answers; `arrived` gives the next request that came in. */
async function setUp(options: Omit<HttpTransportOptions, "endpoint"> = {}) {
  const requests: IncomingMessage[] = [];
  let wake = (): void => {};
  const server: RawServer = await startRawServer((_, _response, incoming) => {
    requests.push(incoming);
    wake();
  });
  const transport = createHttpTransport({ endpoint: server.url, ...options });
  return {
    echo: createClient(Echo, transport),
    server,
    async arrived(): Promise<IncomingMessage> {
      if (requests.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return requests.shift() as IncomingMessage;
    },
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const expired = { code: 504, reason: "", message: "context deadline exceeded" };
const canceled = { code: 499, reason: "", message: "context canceled" };

it("ends at the transport's timeout, on the wire too", async () => {
  await using peer = await setUp({ timeoutMs: 30 });
  const call = expect(peer.echo.nothing({})).rejects.toMatchObject(expired);
  const request = await peer.arrived();
  await once(request.socket, "close");
  await call;
});

it("prefers the call's own timeout", async () => {
  await using peer = await setUp({ timeoutMs: 60_000 });
  await expect(peer.echo.nothing({}, { timeoutMs: 20 })).rejects.toMatchObject(expired);
});

it("has no limit with 0", async () => {
  await using peer = await setUp({ timeoutMs: 10 });
  const controller = new AbortController();
  const call = expect(peer.echo.nothing({}, { timeoutMs: 0, signal: controller.signal })).rejects.toMatchObject(
    canceled,
  );
  // Later than the transport's limit would have ended it.
  await expect(peer.echo.nothing({})).rejects.toMatchObject(expired);
  controller.abort();
  await call;
});

it("ends when its signal aborts, on the wire too", async () => {
  await using peer = await setUp();
  const controller = new AbortController();
  const reason = new Error("the user left");
  const call = peer.echo.nothing({}, { signal: controller.signal });
  const failed = expect(call).rejects.toMatchObject({ ...canceled, cause: reason });
  const request = await peer.arrived();
  controller.abort(reason);
  await once(request.socket, "close");
  await failed;
  await expect(call).rejects.toBeInstanceOf(KratosError);
});

it("is never sent when its signal has aborted before", async () => {
  await using peer = await setUp();
  await expect(peer.echo.nothing({}, { signal: AbortSignal.abort() })).rejects.toMatchObject(canceled);
  expect(peer.server.connections()).toBe(0);
});

it("takes a signal's timeout for a deadline", async () => {
  await using peer = await setUp();
  await expect(peer.echo.nothing({}, { signal: AbortSignal.timeout(10) })).rejects.toMatchObject(expired);
});

it("inherits the deadline of the context that it is made in", async () => {
  await using peer = await setUp({ timeoutMs: 60_000 });
  const context = new CallContext({ timeoutMs: 20 });
  await expect(runInContext(context, () => peer.echo.nothing({}))).rejects.toMatchObject(expired);
});

it("inherits the cancellation of the context that it is made in", async () => {
  await using peer = await setUp();
  const context = new CallContext({});
  const call = expect(runInContext(context, () => peer.echo.nothing({}))).rejects.toMatchObject(canceled);
  const request = await peer.arrived();
  context.cancel();
  await once(request.socket, "close");
  await call;
});

it("ends with a context that middleware made for it", async () => {
  const shorter: Middleware = (next) => async (req, ctx) => {
    const own = new CallContext({ parent: ctx, timeoutMs: 20, transport: ctx.transport, method: ctx.method });
    return next(req, own);
  };
  await using peer = await setUp({ timeoutMs: 60_000, middleware: [shorter] });
  await expect(peer.echo.nothing({})).rejects.toMatchObject(expired);
});

it("leaves no request behind that waited for a connection", async () => {
  await using peer = await setUp({ connections: 1, timeoutMs: 0 });
  const first = new AbortController();
  const second = new AbortController();
  const calls = [first, second].map(({ signal }) => {
    return expect(peer.echo.nothing({}, { signal })).rejects.toMatchObject(canceled);
  });
  await peer.arrived();
  second.abort();
  await calls[1];
  first.abort();
  await calls[0];
  // A third call finds the connection free, and the second was never sent.
  await expect(peer.echo.nothing({}, { timeoutMs: 100 })).rejects.toMatchObject(expired);
  expect(peer.server.seen).toHaveLength(2);
});
