import { once } from "node:events";
import { constants, type ServerHttp2Stream } from "node:http2";
import { CallContext, currentContext, runInContext } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echoClient, failureOf } from "../../testdata/echo-client.ts";
import { answer, type RawCall, RawServer } from "../../testdata/raw-server.ts";
import { startProxy } from "../../testdata/tcp-server.ts";

const containing = (text: string): unknown => expect.stringContaining(text);
const all = (calls: Array<Promise<{ name: string }>>): Promise<string[]> =>
  Promise.all(calls).then((replies) => replies.map(({ name }) => name));

/** A server that answers when told to. */
async function holdingServer(options: ConstructorParameters<typeof RawServer>[1] = {}) {
  const held: RawCall[] = [];
  const server = await RawServer.start((call) => held.push(call), options);
  return Object.assign(server, {
    held,
    release: () => {
      for (const call of held.splice(0)) answer(call);
    },
  });
}

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  await using server = await RawServer.start(() => {});
  return server.port;
}

describe("connections", () => {
  it("are made by the first call and kept for the next", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint);
    expect(server.sessions).toHaveLength(0);
    await client.echo.noRule({});
    await client.echo.noRule({});
    expect(server.sessions).toHaveLength(1);
  });

  it("are shared by the calls that wait for the first one", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint);
    await all(Array.from({ length: 50 }, () => client.echo.noRule({})));
    expect(server.sessions).toHaveLength(1);
  });

  it("become more under load, as many as `sessions` says", async () => {
    await using server = await holdingServer();
    await using client = echoClient(server.endpoint, { sessions: 3 });
    const calls: Array<Promise<{ name: string }>> = [];
    const call = async (upTo: number): Promise<void> => {
      while (calls.length < upTo) {
        calls.push(client.echo.noRule({}, { timeoutMs: 10_000 }));
        await server.until(() => server.calls.length === calls.length);
      }
    };
    await call(100);
    expect(server.sessions).toHaveLength(1);
    await call(400);
    expect(server.sessions).toHaveLength(3);
    server.release();
    expect(await all(calls)).toHaveLength(400);
  });

  it("do not run in the context of the call that made them", async () => {
    await using server = await RawServer.start((call) => answer(call));
    const seen: unknown[] = [];
    await using client = echoClient(server.endpoint, {
      backoff: {
        random: () => {
          seen.push(currentContext());
          return 0;
        },
      },
    });
    await server[Symbol.asyncDispose]();
    const ctx = new CallContext({});
    await runInContext(ctx, () => failureOf(client.echo.noRule({})));
    expect(seen).toEqual([undefined]);
  });

  it("that have been idle for a while are closed, and made again for the next call", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint, { idleTimeoutMs: 20 });
    await client.echo.noRule({});
    await once(server.sessions[0]!, "close");
    expect((await client.echo.noRule({})).name).toBe("raw");
    expect(server.sessions).toHaveLength(2);
  });
});

describe("a server that can't be reached", () => {
  it("fails calls with 503, which say where, why, and when it is tried again", async () => {
    const port = await freePort();
    await using client = echoClient(`127.0.0.1:${port}`, { backoff: { initialMs: 60_000, jitter: 0 } });
    const error = await failureOf(client.echo.noRule({}));
    const where = `can't connect to grpc://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`;
    expect(error).toMatchObject({ code: 503, reason: "", message: containing(where) });
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    // Now in back-off: at once, and without another attempt.
    const again = await failureOf(client.echo.noRule({}));
    expect(again.message).toMatch(/ECONNREFUSED.*; next attempt in \d{5} ms$/);
  });

  it("is tried again after the back-off", async () => {
    const port = await freePort();
    await using client = echoClient(`127.0.0.1:${port}`, { backoff: { initialMs: 1, jitter: 0 } });
    expect((await failureOf(client.echo.noRule({}))).code).toBe(503);
    await using server = await RawServer.start((call) => answer(call), { port });
    await expect.poll(() => client.echo.noRule({}).catch(() => undefined)).toMatchObject({ name: "raw" });
    expect(server.sessions).toHaveLength(1);
  });

  it("is waited for with waitForReady, up to the deadline", async () => {
    const port = await freePort();
    const backoff = { initialMs: 10, maxMs: 10 };
    await using client = echoClient(`127.0.0.1:${port}`, { waitForReady: true, backoff });
    const late = await failureOf(client.echo.noRule({}, { timeoutMs: 30 }));
    expect(late).toMatchObject({ code: 504, message: "context deadline exceeded" });
    expect(late.cause).toMatchObject({ message: containing("ECONNREFUSED") });
    const calls = [client.echo.noRule({}, { timeoutMs: 10_000 }), client.echo.noRule({}, { timeoutMs: 10_000 })];
    await using _server = await RawServer.start((call) => answer(call), { port });
    expect(await all(calls)).toEqual(["raw", "raw"]);
  });

  it("can't be a host that does not exist", async () => {
    await using client = echoClient("grpc://does-not-exist.invalid:9000", { timeoutMs: 10_000 });
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({
      code: 503,
      message: containing("can't connect to grpc://does-not-exist.invalid:9000"),
    });
  });
});

describe("the queue of calls", () => {
  it("respects the streams that a server takes at once", async () => {
    await using server = await holdingServer({ settings: { maxConcurrentStreams: 2 } });
    await using client = echoClient(server.endpoint, { sessions: 1, timeoutMs: 10_000 });
    const calls = Array.from({ length: 5 }, () => client.echo.noRule({}));
    await server.until(() => server.calls.length === 2);
    server.release();
    await server.until(() => server.calls.length === 4);
    expect(server.held).toHaveLength(2);
    server.release();
    await server.until(() => server.calls.length === 5);
    server.release();
    expect(await all(calls)).toHaveLength(5);
    expect(server.sessions).toHaveLength(1);
  });

  it("goes on with another connection where it may", async () => {
    await using server = await holdingServer({ settings: { maxConcurrentStreams: 1 } });
    await using client = echoClient(server.endpoint, { sessions: 2, timeoutMs: 10_000 });
    const calls = Array.from({ length: 2 }, () => client.echo.noRule({}));
    await server.until(() => server.calls.length === 2);
    expect(server.sessions).toHaveLength(2);
    server.release();
    expect(await all(calls)).toHaveLength(2);
  });

  it("is bounded by maxQueuedCalls", async () => {
    await using server = await holdingServer({ settings: { maxConcurrentStreams: 1 } });
    await using client = echoClient(server.endpoint, { sessions: 1, maxQueuedCalls: 1, timeoutMs: 10_000 });
    const running = client.echo.noRule({});
    await server.until(() => server.calls.length === 1);
    const queued = client.echo.noRule({});
    const error = await failureOf(client.echo.noRule({}));
    expect(error).toMatchObject({ code: 429, message: containing("1 calls wait for") });
    server.release();
    await server.until(() => server.calls.length === 2);
    server.release();
    expect(await all([running, queued])).toEqual(["raw", "raw"]);
  });

  it("forgets calls that are cancelled", async () => {
    await using server = await holdingServer({ settings: { maxConcurrentStreams: 1 } });
    await using client = echoClient(server.endpoint, { sessions: 1, timeoutMs: 10_000 });
    const running = client.echo.noRule({ name: "running" });
    await server.until(() => server.calls.length === 1);
    const abort = new AbortController();
    const cancelled = failureOf(client.echo.noRule({}, { signal: abort.signal }));
    const queued = client.echo.noRule({});
    abort.abort();
    expect(await cancelled).toMatchObject({ code: 499, message: "context canceled" });
    server.release();
    await server.until(() => server.calls.length === 2);
    server.release();
    expect(await all([running, queued])).toEqual(["raw", "raw"]);
    expect(server.calls).toHaveLength(2);
  });
});

describe("GOAWAY", () => {
  it("sends new calls to a new connection, while the old one finishes its own", async () => {
    await using server = await holdingServer();
    await using client = echoClient(server.endpoint, { timeoutMs: 10_000 });
    const old = client.echo.noRule({});
    await server.until(() => server.calls.length === 1);
    const [session] = server.sessions;
    session!.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
    // A PING's answer says that the client has read it.
    await new Promise<void>((resolve) => session!.ping(() => resolve()));
    const fresh = client.echo.noRule({});
    await server.until(() => server.calls.length === 2);
    expect(server.sessions).toHaveLength(2);
    const closed = once(session!, "close");
    server.release();
    expect(await all([old, fresh])).toEqual(["raw", "raw"]);
    session!.close();
    await closed;
  });

  it("makes calls that the server will not process go to another connection", async () => {
    await using server = await RawServer.start((call) => {
      // The second call of the connection comes after the last that it promises to answer.
      if (call.index === 1) call.stream.session!.goaway(constants.NGHTTP2_NO_ERROR, 1);
      if (call.index > 1) answer(call);
    });
    await using client = echoClient(server.endpoint, { timeoutMs: 10_000 });
    const processed = client.echo.noRule({});
    await server.until(() => server.calls.length === 1);
    expect((await client.echo.noRule({})).name).toBe("raw");
    expect(server.sessions).toHaveLength(2);
    answer(server.calls[0]!);
    expect((await processed).name).toBe("raw");
  });

  it("with an error does so too, and fails what may have been processed", async () => {
    await using server = await RawServer.start((call) => {
      if (call.index === 1) call.stream.session!.goaway(constants.NGHTTP2_INTERNAL_ERROR, 1);
      if (call.index > 1) answer(call);
    });
    await using client = echoClient(server.endpoint, { timeoutMs: 10_000 });
    const processed = failureOf(client.echo.noRule({}));
    await server.until(() => server.calls.length === 1);
    expect((await client.echo.noRule({})).name).toBe("raw");
    expect(await processed).toMatchObject({ code: 503, message: containing("GOAWAY INTERNAL_ERROR") });
  });
});

describe("a refused stream", () => {
  const refuse = (stream: ServerHttp2Stream): void => stream.close(constants.NGHTTP2_REFUSED_STREAM);

  it("is sent again without the caller's noticing", async () => {
    await using server = await RawServer.start((call) => (call.index < 3 ? refuse(call.stream) : answer(call)));
    await using client = echoClient(server.endpoint);
    expect((await client.echo.noRule({})).name).toBe("raw");
    expect(server.calls).toHaveLength(4);
  });

  it("is sent again three times at most", async () => {
    await using server = await RawServer.start((call) => refuse(call.stream));
    await using client = echoClient(server.endpoint);
    const error = await failureOf(client.echo.noRule({}));
    expect(error).toMatchObject({ code: 503, message: containing("REFUSED_STREAM") });
    expect(server.calls).toHaveLength(4);
  });

  it("is not sent again once the reply has begun", async () => {
    await using server = await RawServer.start(({ stream }) => {
      stream.respond({ ":status": "200", "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.write(new Uint8Array(3), () => refuse(stream));
    });
    await using client = echoClient(server.endpoint);
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({ code: 503 });
    expect(server.calls).toHaveLength(1);
  });
});

describe("keepalive", () => {
  it("cuts a connection that does not answer, and its calls fail with 503", async () => {
    await using server = await holdingServer();
    await using proxy = await startProxy(server.port);
    await using client = echoClient(proxy.endpoint, {
      keepalive: { intervalMs: 20, timeoutMs: 20 },
      timeoutMs: 10_000,
    });
    const call = failureOf(client.echo.noRule({}));
    await server.until(() => server.calls.length === 1);
    proxy.sockets[0]!.pause();
    expect(await call).toMatchObject({ code: 503, message: containing("keepalive PING within 20 ms") });
  });

  it("leaves one alone that answers, and one without calls", async () => {
    await using server = await holdingServer();
    await using client = echoClient(server.endpoint, { keepalive: { intervalMs: 5 }, timeoutMs: 10_000 });
    const call = client.echo.noRule({});
    await server.until(() => server.calls.length === 1);
    const [session] = server.sessions;
    await once(session!, "ping");
    await once(session!, "ping");
    server.release();
    await call;
    let pings = 0;
    session!.on("ping", () => pings++);
    await client.transport[Symbol.asyncDispose]();
    expect(pings).toBe(0);
  });

  it("pings without calls when told to", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint, { keepalive: { intervalMs: 5, withoutCalls: true } });
    await client.echo.noRule({});
    await once(server.sessions[0]!, "ping");
    await once(server.sessions[0]!, "ping");
  });
});

describe("a transport that is closed", () => {
  it("ends the calls in flight, and those that wait, with 499", async () => {
    await using server = await holdingServer({ settings: { maxConcurrentStreams: 1 } });
    await using client = echoClient(server.endpoint, { sessions: 1, timeoutMs: 10_000 });
    const running = failureOf(client.echo.noRule({}));
    await server.until(() => server.calls.length === 1);
    const waiting = failureOf(client.echo.noRule({}));
    const closed = once(server.sessions[0]!, "close");
    await client.transport[Symbol.asyncDispose]();
    const gone = { code: 499, message: `the client transport to ${server.endpoint} was closed` };
    expect(await running).toMatchObject(gone);
    expect(await waiting).toMatchObject(gone);
    expect(await failureOf(client.echo.noRule({}))).toMatchObject(gone);
    await closed;
  });

  it("waits for calls in flight when told to", async () => {
    await using server = await holdingServer();
    await using client = echoClient(server.endpoint, { closeGraceMs: 10_000, timeoutMs: 10_000 });
    const running = client.echo.noRule({});
    await server.until(() => server.calls.length === 1);
    const closing = client.transport[Symbol.asyncDispose]();
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({ code: 499 });
    server.release();
    expect((await running).name).toBe("raw");
    await closing;
  });

  it("waits no longer than closeGraceMs", async () => {
    await using server = await holdingServer();
    await using client = echoClient(server.endpoint, { closeGraceMs: 20, timeoutMs: 10_000 });
    const running = failureOf(client.echo.noRule({}));
    await server.until(() => server.calls.length === 1);
    await client.transport[Symbol.asyncDispose]();
    expect(await running).toMatchObject({ code: 499 });
  });

  it("may be closed before its first call, while it connects, and twice", async () => {
    await using server = await RawServer.start((call) => answer(call));
    const unused = echoClient(server.endpoint);
    await unused.transport[Symbol.asyncDispose]();
    await unused.transport[Symbol.asyncDispose]();
    const connecting = echoClient(server.endpoint);
    const call = failureOf(connecting.echo.noRule({}));
    await Promise.all([connecting.transport[Symbol.asyncDispose](), connecting.transport[Symbol.asyncDispose]()]);
    expect(await call).toMatchObject({ code: 499 });
  });
});
