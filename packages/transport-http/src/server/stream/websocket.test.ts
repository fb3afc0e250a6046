import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { KratosError, type Middleware } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echo } from "../../../testdata/echo.ts";
import { type ChatRequest, Echo, Streams } from "../../../testdata/gen/interop/v1/interop_pb.ts";
import { RawConnection, send } from "../../../testdata/http.ts";
import { RawWebSocket } from "../../../testdata/raw-websocket.ts";
import { event, startStreams } from "../../../testdata/stream-peer.ts";
import { streams } from "../../../testdata/streams.ts";
import { createHttpServer } from "../http-server.ts";

const end = "\u001eend";

/** Chats until it is left, and tells how the requests ended and why the call did. */
function watched() {
  const ended = event<unknown>();
  const left = event<unknown>();
  async function* chat(requests: AsyncIterable<ChatRequest>, ctx: { signal: AbortSignal }) {
    try {
      for await (const { text } of requests) yield { text };
      ended.happens("the end");
    } catch (error) {
      ended.happens(error);
      throw error;
    } finally {
      left.happens(ctx.signal.reason);
    }
  }
  return { chat, ended: ended.happened, left: left.happened };
}

describe("the handshake", () => {
  it("is a GET whatever the rule says; anything else is told so", async () => {
    await using peer = await startStreams();
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/sum`);
    ws.send('{"number":2}', end);
    expect(await ws.closed).toEqual({ code: 1000, reason: "" });
    expect(ws.frames).toEqual(['{"total":2,"received":1,"labels":[""],"itemIds":[""]}']);
    expect(await send(peer.endpoint, "GET /v1/sum")).toMatchObject({
      status: 400,
      json: { reason: "UPGRADE_REQUIRED" },
    });
    expect(await send(peer.endpoint, "POST /v1/sum")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  });

  it.each<[string, string[], string | undefined, boolean]>([
    ["no origin", [], undefined, true],
    ["its own host", [], "http://$host", true],
    ["another", [], "http://elsewhere.test", false],
    ["another scheme's odd one", [], "null", false],
    ["an allowed one", ["https://App.test"], "https://app.test", true],
    ["another than the allowed", ["https://app.test"], "https://app.test.evil", false],
    ["any", ["*"], "http://elsewhere.test", true],
  ])("of a page from %s", async (_, allowedOrigins, origin, allowed) => {
    await using peer = await startStreams({ server: { allowedOrigins } });
    const host = peer.endpoint.slice("http://".length);
    const headers: Record<string, string> = origin === undefined ? {} : { origin: origin.replace("$host", host) };
    const opened = RawWebSocket.open(`${peer.webSocket}/v1/chat/a`, { headers });
    if (!allowed) {
      await expect(opened).rejects.toThrow("403");
      return;
    }
    await using _ws = await opened;
  });

  it("refuses options that are no origins", () => {
    expect(() => createHttpServer({ allowedOrigins: ["app.test"] })).toThrow(
      'option allowedOrigins: "app.test" must be an origin such as "https://app.example.com"',
    );
  });

  it("is refused when it is malformed", async () => {
    await using peer = await startStreams();
    await using raw = new RawConnection(peer.endpoint);
    raw.write(
      "GET /v1/sum HTTP/1.1",
      "Host: a",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Key: x",
      "",
    );
    const answer = await raw.end();
    expect(answer).toMatch(/^HTTP\/1.1 400 .*Sec-WebSocket-Version: 13, 8.*"reason":"MALFORMED_REQUEST"/is);
  });

  it("is served as a plain request where no stream is, body and all", async () => {
    await using server = createHttpServer({ address: "127.0.0.1:0" }).service(Streams, streams).service(Echo, echo);
    server.mount("/app", () => new Response("mounted"));
    await server.start();
    await using raw = new RawConnection(server.endpoint());
    raw.write("POST /v1/everything HTTP/1.1", "Host: a", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c");
    raw.write("HTTP2-Settings: AAMAAABkAAQAAP__", "Content-Type: application/json", "Content-Length: 19", "");
    raw.socket.write('{"stringValue":"a"}');
    expect(await raw.until('"stringValue":"a"')).toMatch(/^HTTP\/1.1 200 OK/);
    raw.write("GET /app HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket", "");
    await raw.until("mounted");
    raw.write("GET /v1/count/1 HTTP/1.1", "Host: a", "Connection: keep-alive, Upgrade", "Upgrade: websocket", "");
    await raw.until("event: message");
    raw.write("GET /v1/sum HTTP/1.1", "Host: a", "Connection: close", "");
    expect(await raw.end()).toContain("UPGRADE_REQUIRED");
  });

  it("goes through filters, which may refuse it", async () => {
    const filter = (
      request: { url: string },
      response: { writeHead(code: number): { end(): void } },
      next: () => void,
    ) => (request.url.includes("secret") ? response.writeHead(401).end() : next());
    await using peer = await startStreams({ server: { filters: [filter] } });
    await expect(RawWebSocket.open(`${peer.webSocket}/v1/chat/secret`)).rejects.toThrow("401");
    await using _ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
  });

  it("works over TLS", async () => {
    const [key, cert] = await Promise.all(
      ["key", "cert"].map((part) => readFile(new URL(`../../../testdata/tls/localhost.${part}.pem`, import.meta.url))),
    );
    await using peer = await startStreams({ server: { tls: { key, cert } } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`, {
      ca: cert,
      servername: "localhost",
    } as object);
    expect(await ws.send('{"text":"hi"}').until(1)).toEqual(['{"room":"a","text":"hi","sender":""}']);
    const headers = { connection: "Upgrade", upgrade: "TLS/1.0" };
    const plain = await send(peer.endpoint, "GET /v1/count/1", { ca: cert, headers } as object);
    expect(plain.text).toContain("event: message");
  });
});

describe("frames", () => {
  it("may be larger than a chunk, and are limited by maxBodyBytes", async () => {
    await using peer = await startStreams({ server: { maxBodyBytes: 200_000 } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    const text = "x".repeat(150_000);
    expect((await ws.send(JSON.stringify({ text })).until(1))[0]).toContain(text);
    ws.send(JSON.stringify({ text: text + text }));
    expect(await ws.closed).toMatchObject({ code: 1009 });
    expect((await send(peer.endpoint, "GET /healthz")).status).toBe(200);
  });

  it("that can't be read are a typed error", async () => {
    await using peer = await startStreams();
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    ws.send('{"text":5}');
    await ws.closed;
    expect(ws.frames[0]).toMatch(/^.error:error: code = 400 reason = CODEC message = body .*text.* metadata/);
  });

  it("wait for the handler: a few are taken, the rest stays with the sender", async () => {
    const go = event();
    const sum = async (requests: AsyncIterable<unknown>) => {
      await go.happened;
      let received = 0;
      for await (const _ of requests) received++;
      return { received };
    };
    await using peer = await startStreams({ service: { sum: sum as never } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/sum`);
    const frame = JSON.stringify({ label: "x".repeat(100_000) });
    for (let n = 0; n < 200; n++) ws.send(frame);
    ws.send(end);
    for (let before = -1; ws.ws.bufferedAmount !== before; ) {
      before = ws.ws.bufferedAmount;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(ws.ws.bufferedAmount).toBeGreaterThan(5_000_000);
    go.happens();
    await ws.closed;
    expect(JSON.parse(ws.frames[0] as string)).toMatchObject({ received: 200 });
  });

  it("wait for the reader: the producer is held", async () => {
    let made = 0;
    const returned = event();
    async function* chat() {
      try {
        while (true) {
          made++;
          yield { text: "x".repeat(64 * 1024) };
        }
      } finally {
        returned.happens();
      }
    }
    await using peer = await startStreams({ service: { chat } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    await ws.until(1);
    ws.ws.pause();
    for (let before = -1, still = 0; still < 20; before = made) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      still = made === before ? still + 1 : 0;
    }
    expect(made).toBeLessThan(500);
    ws.ws.terminate();
    await returned.happened;
  });
});

describe("the end", () => {
  it("of a caller who leaves aborts the call and the requests", async () => {
    const { chat, ended, left } = watched();
    await using peer = await startStreams({ service: { chat } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    await ws.send('{"text":"hi"}').until(1);
    ws.ws.terminate();
    expect(await ended).toMatchObject({ code: 499 });
    expect(await left).toMatchObject({ code: 499 });
  });

  it("of a caller who closes is the end of the requests", async () => {
    const { chat, ended, left } = watched();
    await using peer = await startStreams({ service: { chat } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    await ws.send('{"text":"hi"}').until(1);
    ws.ws.close();
    expect(await ended).toBe("the end");
    expect(await left).toMatchObject({ code: 499 });
  });

  it("of the server's timeout is none", async () => {
    await using peer = await startStreams({ server: { timeoutMs: 20 } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await ws.send('{"text":"hi"}').until(1)).toHaveLength(1);
  });

  it("comes with 504 when it is idle for too long", async () => {
    await using peer = await startStreams({ server: { streamIdleTimeoutMs: 20 } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    await ws.closed;
    expect(ws.frames[0]).toContain("error: code = 504 reason =  message = no message in either direction for 20 ms");
  });

  it("comes to a caller who leaves pings unanswered", async () => {
    const { chat, left } = watched();
    await using peer = await startStreams({ service: { chat }, server: { streamKeepAliveMs: 20 } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`, { autoPong: false });
    expect(await left).toMatchObject({ code: 499 });
    expect(await ws.closed).toMatchObject({ code: 1006 });
  });

  it("does not come to one who answers them", async () => {
    await using peer = await startStreams({ server: { streamKeepAliveMs: 10 } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    let pings = 0;
    await new Promise<void>((resolve) => ws.ws.on("ping", () => ++pings === 5 && resolve()));
    expect(await ws.send('{"text":"hi"}').until(1)).toHaveLength(1);
  });

  it("comes with 1001 when the server stops and the grace is over", async () => {
    const { chat, ended } = watched();
    await using peer = await startStreams({ service: { chat } });
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    await ws.send('{"text":"hi"}').until(1);
    const grace = new AbortController();
    const stopped = peer.server.stop({ signal: grace.signal });
    await ws.send('{"text":"ho"}').until(2);
    grace.abort();
    expect(await ws.closed).toEqual({ code: 1001, reason: "the server is shutting down" });
    expect(ws.frames[2]).toContain("error: code = 503 reason =  message = the server is shutting down");
    expect(await ended).toMatchObject({ code: 503 });
    await stopped;
  });

  it("is awaited by a server that stops", async () => {
    await using peer = await startStreams();
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    await ws.send('{"text":"hi"}').until(1);
    const stopped = peer.server.stop();
    ws.send('{"text":"ho"}', end);
    expect(await ws.closed).toEqual({ code: 1000, reason: "" });
    expect(ws.frames).toHaveLength(2);
    await stopped;
  });

  it("of a broken connection ends nothing else", async () => {
    await using peer = await startStreams();
    const socket = connect(Number(new URL(peer.endpoint).port), "127.0.0.1");
    const head = ["GET /v1/sum HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket"];
    head.push("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "");
    socket.write(head.join("\r\n"));
    await new Promise((resolve) => socket.once("data", resolve));
    // No frame: an opcode that nobody knows, unmasked.
    socket.write(Buffer.from([0x8f, 0x00, 0xff]));
    await new Promise((resolve) => socket.resume().once("close", resolve));
    expect((await send(peer.endpoint, "GET /healthz")).status).toBe(200);
  });
});

it("is what a browser's own WebSocket speaks", async () => {
  await using peer = await startStreams();
  const socket = new WebSocket(`${peer.webSocket}/v1/chat/blue`);
  const seen: unknown[] = [];
  const closed = new Promise<void>((resolve) => {
    socket.onopen = () => {
      socket.send('{"text":"hi"}');
      socket.send(end);
    };
    socket.onmessage = ({ data }) => seen.push(data);
    socket.onclose = ({ code, wasClean }) => {
      seen.push({ code, wasClean });
      resolve();
    };
  });
  await closed;
  expect(seen).toEqual(['{"room":"blue","text":"hi","sender":""}', { code: 1000, wasClean: true }]);
});

describe("middleware", () => {
  it("runs once a call, sees requests and replies, and may refuse", async () => {
    const seen: string[] = [];
    const middleware: Middleware = (next, info) => async (req, ctx) => {
      seen.push(`${info.operation} ${ctx.transport?.requestMethod}`);
      if (ctx.transport?.requestHeader.get("authorization") === null)
        throw new KratosError({ code: 401, reason: "UNAUTHORIZED", message: "who are you?" });
      const requests = (async function* () {
        for await (const request of req as AsyncIterable<ChatRequest>) yield { ...request, sender: "seen" };
      })();
      return next(requests, ctx);
    };
    await using peer = await startStreams({ server: { middleware: [middleware] } });
    await using refused = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`);
    expect((await refused.closed).reason).toContain("code = 401 reason = UNAUTHORIZED message = who are you?");
    const headers = { authorization: "me" };
    await using ws = await RawWebSocket.open(`${peer.webSocket}/v1/chat/a`, { headers });
    ws.send("{}", "{}", end);
    await ws.closed;
    expect(ws.frames).toEqual(Array(2).fill('{"room":"a","text":"","sender":"seen"}'));
    expect(seen).toEqual(Array(2).fill("/interop.v1.Streams/Chat GET"));
  });
});
