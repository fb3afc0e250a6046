import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { currentContext, type Middleware } from "@kratos-ts/core";
import compression from "compression";
import { describe, expect, it } from "vitest";
import type { CountReply } from "../../../testdata/gen/interop/v1/interop_pb.ts";
import { RawConnection, send } from "../../../testdata/http.ts";
import { event, startStreams } from "../../../testdata/stream-peer.ts";

const first = { number: 1, label: "" };

/** Gives one message, then waits until it is left; tells when that is. */
function endless() {
  const left = event<unknown>();
  async function* count(_: unknown, ctx: { signal: AbortSignal }) {
    const aborted = Promise.withResolvers<void>();
    ctx.signal.addEventListener("abort", () => aborted.resolve());
    try {
      yield first;
      await aborted.promise;
    } finally {
      left.happens(ctx.signal.reason);
    }
  }
  return { count, left: left.happened };
}

describe("a stream of events", () => {
  it("is served at each binding, by path, query and body", async () => {
    await using peer = await startStreams();
    const answer = await send(peer.endpoint, "POST /v1/count/1/item?label=q", {
      body: '{"id":"7"}',
      type: "application/json",
    });
    expect(answer.headers).toMatchObject({ "content-type": "text/event-stream", "cache-control": "no-cache" });
    expect(answer.headers["x-accel-buffering"]).toBe("no");
    expect(answer.text).toMatch(/^event: message\ndata: \{"number":1,"label":"q","item":\{"id":"7",.*\}\}\n\n$/);
  });

  it("is written in the first codec of Accept that is known, or that of the request", async () => {
    await using peer = await startStreams();
    const binary = await send(peer.endpoint, "GET /v1/count/1", {
      accept: "text/event-stream, application/proto;q=0.5",
    });
    expect(binary.text).toBe("event: message\ndata: \b\u0001\n\n");
    const sent = await send(peer.endpoint, "GET /v1/count/1", {
      accept: "text/event-stream",
      type: "application/proto",
    });
    expect(sent.text).toBe("event: message\ndata: \b\u0001\n\n");
  });

  it("is a plain empty reply when it has no message, and a plain error when it fails before the first", async () => {
    await using peer = await startStreams();
    const empty = await send(peer.endpoint, "GET /v1/count/0");
    expect([empty.status, empty.text, empty.headers["content-type"]]).toEqual([200, "", undefined]);
    const failed = await send(peer.endpoint, "GET /v1/count/3?failAfter=0", { accept: "text/event-stream" });
    expect([failed.status, failed.headers["content-type"]]).toEqual([429, "application/json"]);
    expect(failed.json).toMatchObject({ code: 429, reason: "TOO_FAST" });
  });

  it("ends with an error event when it fails later, or gives what is no message", async () => {
    const count = async function* () {
      yield first;
      yield { number: "x" } as never;
    };
    await using peer = await startStreams({ service: { count } });
    const { text } = await send(peer.endpoint, "GET /v1/count/1");
    expect(text).toMatch(
      /^event: message\ndata: .*\n\nevent: error\ndata: \{"code":500,"reason":"","message":".+\n\n$/,
    );
  });

  it("is a 500 when the handler gives no AsyncIterable", async () => {
    await using peer = await startStreams({ service: { count: (() => first) as never } });
    const answer = await send(peer.endpoint, "GET /v1/count/1");
    expect([answer.status, answer.json.message]).toEqual([
      500,
      "/interop.v1.Streams/Count gave [object Object] for a reply, not an AsyncIterable",
    ]);
  });

  it("sends the headers that the handler set, and only the head to HEAD", async () => {
    const { count, left } = endless();
    const withHeader: typeof count = (request, ctx) => {
      (ctx as unknown as { responseHeader: Headers }).responseHeader.set("x-a", "1");
      return count(request, ctx);
    };
    await using peer = await startStreams({ service: { count: withHeader } });
    const answer = await send(peer.endpoint, "HEAD /v1/count/1");
    expect([answer.headers["content-type"], answer.headers["x-a"], answer.text]).toEqual([
      "text/event-stream",
      "1",
      "",
    ]);
    await left;
  });

  it("runs the middleware once, in the context of the call, and lets it see each message", async () => {
    const seen: unknown[] = [];
    const middleware: Middleware = (next) => async (req, ctx) => {
      seen.push(req.$typeName);
      const replies: AsyncIterable<CountReply> = await next(req, ctx);
      return (async function* () {
        for await (const reply of replies) yield { ...reply, label: String(currentContext() === ctx) };
        seen.push("over");
      })();
    };
    await using peer = await startStreams({ server: { middleware: [middleware] } });
    const { text } = await send(peer.endpoint, "GET /v1/count/2");
    expect(text.match(/"label":"true"/g)).toHaveLength(2);
    expect(seen).toEqual(["interop.v1.CountRequest", "over"]);
  });

  it("goes through a compressing filter message by message", async () => {
    const { count } = endless();
    await using peer = await startStreams({ service: { count }, server: { filters: [compression({ threshold: 0 })] } });
    const sent = request(`${peer.endpoint}/v1/count/1`, { headers: { "accept-encoding": "gzip" } }).end();
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const chunks: Buffer[] = [];
    sent.on("error", () => {});
    sent.on("response", (response) => {
      response.on("error", () => {});
      response.on("data", (chunk) => {
        chunks.push(chunk);
        // The head of gzip comes by itself.
        if (Buffer.concat(chunks).length > 20) resolve(Buffer.concat(chunks));
      });
    });
    const options = { finishFlush: 2 }; // Z_SYNC_FLUSH: more may come
    expect(gunzipSync(await promise, options).toString()).toContain('data: {"number":1');
    sent.destroy();
  });
});

describe("the life of a stream of events", () => {
  it("is not cut by the server's timeout", async () => {
    const after = async function* () {
      await new Promise((resolve) => setTimeout(resolve, 60));
      yield first;
    };
    await using peer = await startStreams({ service: { count: after }, server: { timeoutMs: 20 } });
    expect((await send(peer.endpoint, "GET /v1/count/1")).text).toContain("event: message");
  });

  it("tells the handler when the caller is gone", async () => {
    const { count, left } = endless();
    await using peer = await startStreams({ service: { count } });
    await using caller = new RawConnection(peer.endpoint);
    await caller.write("GET /v1/count/1 HTTP/1.1", "Host: a", "").until("data: ");
    caller.socket.destroy();
    expect(await left).toMatchObject({ code: 499 });
  });

  it("holds the producer while the reader is slow", async () => {
    let made = 0;
    const returned = event();
    async function* count() {
      try {
        while (true) {
          made++;
          yield { number: made, label: "x".repeat(64 * 1024) };
        }
      } finally {
        returned.happens();
      }
    }
    await using peer = await startStreams({ service: { count } });
    await using caller = new RawConnection(peer.endpoint);
    await caller.write("GET /v1/count/1 HTTP/1.1", "Host: a", "").until("data: ");
    caller.socket.pause();
    // Until the buffers of both sides are full nothing tells that they are: it stands still for some turns.
    for (let before = -1, still = 0; still < 20; before = made) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      still = made === before ? still + 1 : 0;
    }
    expect(made).toBeLessThan(500);
    caller.socket.destroy();
    await returned.happened;
  });

  it("keeps quiet streams open by comments, before the first message too", async () => {
    const go = event();
    async function* count() {
      await go.happened;
      yield first;
    }
    await using peer = await startStreams({ service: { count }, server: { streamKeepAliveMs: 10 } });
    await using caller = new RawConnection(peer.endpoint);
    const text = await caller.write("GET /v1/count/1 HTTP/1.1", "Host: a", "").until(":\n\n");
    expect(text).toContain("text/event-stream");
    expect(text).not.toContain("event:");
    go.happens();
    await caller.until("event: message");
    await caller.until("\r\n0\r\n\r\n");
  });

  it("ends with 504 when it is idle for too long, before the first message and after", async () => {
    const { count } = endless();
    const never = async function* () {
      await new Promise(() => {});
    } as never;
    const server = { streamIdleTimeoutMs: 20 };
    await using quiet = await startStreams({ service: { count: never }, server });
    const message = "no message in either direction for 20 ms (option streamIdleTimeoutMs)";
    expect((await send(quiet.endpoint, "GET /v1/count/1")).json).toMatchObject({ code: 504, message });
    await using once = await startStreams({ service: { count }, server });
    const { text } = await send(once.endpoint, "GET /v1/count/1");
    expect(text).toContain(`event: error\ndata: {"code":504,"reason":"","message":"${message}"`);
  });

  it("goes on while the server stops, until the grace is over", async () => {
    const { count, left } = endless();
    await using peer = await startStreams({ service: { count } });
    await using caller = new RawConnection(peer.endpoint);
    await caller.write("GET /v1/count/1 HTTP/1.1", "Host: a", "").until("data: ");
    const grace = new AbortController();
    const stopped = peer.server.stop({ signal: grace.signal });
    grace.abort();
    expect(await caller.end()).toMatch(
      /event: error\ndata: \{"code":503,"reason":"","message":"the server is shutting down".*\r\n0\r\n\r\n$/s,
    );
    expect(await left).toMatchObject({ code: 503 });
    await stopped;
  });

  it("refuses new ones while the server stops", async () => {
    const { count } = endless();
    await using peer = await startStreams({ service: { count } });
    await using caller = new RawConnection(peer.endpoint);
    await using other = new RawConnection(peer.endpoint);
    await caller.write("GET /v1/count/1 HTTP/1.1", "Host: a", "").until("data: ");
    other.write("GET /v1/count/1 HTTP/1.1", "Host: a");
    await other.write("X: y").until("");
    const grace = new AbortController();
    const stopped = peer.server.stop({ signal: grace.signal });
    expect(await other.write("").end()).toContain("503 Service Unavailable");
    grace.abort();
    await stopped;
  });
});
