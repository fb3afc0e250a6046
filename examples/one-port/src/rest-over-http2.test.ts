// What the HTTP server does over HTTP/1.1 it does over the HTTP/2 of its guest: bodies, limits, filters, ends.
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer, type HttpServerOptions, type RouteHandler } from "@kratos-ts/transport-http";
import { describe, expect, onTestFinished, test } from "vitest";
import { chat } from "./chat.ts";
import { Chat } from "./gen/chat/v1/chat_pb.ts";

async function started(handler: RouteHandler, options: HttpServerOptions = {}) {
  const grpc = createGrpcServer().service(Chat, chat);
  const http = createHttpServer({ address: "127.0.0.1:0", timeoutMs: 0, ...options })
    .get("/it", handler)
    .post("/it", { handler, maxBodyBytes: options.maxBodyBytes ?? 64 * 1024 * 1024 })
    .mount(grpc);
  await http.start();
  const session: ClientHttp2Session = connect(http.endpoint());
  session.on("error", () => {});
  onTestFinished(async () => {
    session.destroy();
    await http[Symbol.asyncDispose]();
  });
  return { http, grpc, session, url: http.endpoint() };
}

function get(session: ClientHttp2Session, headers: Record<string, string | string[]> = {}): ClientHttp2Stream {
  return session.request({ ":path": "/it", ...headers });
}

async function replyOf(stream: ClientHttp2Stream) {
  const [headers] = await once(stream, "response");
  let text = "";
  for await (const chunk of stream) text += chunk;
  return { headers, text };
}

describe("a request over HTTP/2", () => {
  test("has its headers as HTTP/1.1 has them, and so has the reply", async () => {
    const { session, url } = await started((request) => {
      const headers = Object.fromEntries(request.headers);
      return Response.json({ url: request.url, headers }, { headers: { "x-reply": "yes" } });
    });
    const { headers, text } = await replyOf(get(session, { cookie: ["a=1", "b=2"], te: "trailers", "x-own": "v" }));
    expect(headers).toMatchObject({ ":status": 200, "x-reply": "yes", date: expect.any(String) });
    for (const name of ["connection", "keep-alive", "transfer-encoding"]) expect(headers).not.toHaveProperty(name);
    const seen = JSON.parse(text);
    expect(seen.url).toBe(`${url}/it`);
    expect(seen.headers).toMatchObject({ cookie: "a=1; b=2", "x-own": "v", host: new URL(url).host });
    expect(seen.headers).not.toHaveProperty("te");
  });

  test("goes through the filters", async () => {
    const filter = (
      _request: unknown,
      response: { setHeader(name: string, value: string): void },
      next: () => void,
    ) => {
      response.setHeader("x-filter", "seen");
      next();
    };
    const { session } = await started(() => new Response("ok"), { filters: [filter] });
    expect((await replyOf(get(session))).headers).toMatchObject({ "x-filter": "seen" });
  });

  test("carries bodies of many megabytes, both ways at once", async () => {
    const { session } = await started(async (request) => new Response(request.body));
    const stream = session.request({ ":method": "POST", ":path": "/it" });
    const chunk = Buffer.alloc(1024 * 1024, 7);
    const sent = (async () => {
      for (let i = 0; i < 16; i++) if (!stream.write(chunk)) await once(stream, "drain");
      stream.end();
    })();
    let bytes = 0;
    for await (const part of stream) bytes += part.length;
    await sent;
    expect(bytes).toBe(16 * chunk.length);
  });

  test("is refused when its body is too large, before that is here", async () => {
    const { session } = await started(async (request) => new Response(await request.text()), { maxBodyBytes: 1000 });
    const stream = session.request({ ":method": "POST", ":path": "/it" });
    stream.on("error", () => {});
    stream.write(Buffer.alloc(10_000));
    const { headers } = await replyOf(stream);
    expect(headers[":status"]).toBe(413);
  });

  test("that asks for a connection elsewhere is refused, and no other", async () => {
    const { session } = await started(() => new Response("ok"));
    const stream = session.request({ ":method": "CONNECT", ":authority": "elsewhere:1" });
    const answered = Promise.withResolvers<boolean>();
    stream.on("response", ({ ":status": status = 0 }) => answered.resolve(status >= 400));
    stream.on("error", () => answered.resolve(true));
    expect(await answered.promise).toBe(true);
    expect((await replyOf(get(session))).headers[":status"]).toBe(200);
  });
});

describe("the end of a request over HTTP/2", () => {
  test("is heard when the caller resets it", async () => {
    const began = Promise.withResolvers<void>();
    const left = Promise.withResolvers<unknown>();
    const { session } = await started(async (_request, { signal }) => {
      began.resolve();
      await once(signal, "abort");
      left.resolve(signal.reason);
      return new Response();
    });
    const stream = get(session);
    stream.on("error", () => {});
    await began.promise;
    stream.close(8);
    expect(await left.promise).toMatchObject({ code: 499 });
  });

  test("is waited for when the server stops", async () => {
    const began = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const { session, http } = await started(async () => {
      began.resolve();
      await gate.promise;
      return new Response("late");
    });
    const reply = replyOf(get(session));
    await began.promise;
    const stopped = http.stop();
    gate.resolve();
    expect((await reply).text).toBe("late");
    await stopped;
  });

  test("is a 503, or a lost stream, when the stop is cut", async () => {
    const began = Promise.withResolvers<void>();
    const { session, http } = await started(async () => {
      began.resolve();
      return new Promise<never>(() => {});
    });
    const stream = get(session);
    stream.on("error", () => {});
    const closed = once(stream, "close");
    stream.resume();
    await began.promise;
    await http.stop({ signal: AbortSignal.abort() });
    await closed;
  });
});

describe("a mounted server", () => {
  test("starts, drains and stops with its host, and has the host's port", async () => {
    const { http, grpc, url } = await started(() => new Response("ok"));
    expect(grpc.endpoint()).toBe(url.replace("http:", "grpc:"));
    const client = createClient(Chat, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }));
    expect(await client.look({ room: "hall" })).toEqual(expect.objectContaining({ text: "hall is quiet" }));
    await http.stop();
    await grpc.stop();
    await expect(client.look({ room: "hall" })).rejects.toThrow();
  });

  test("is mounted once, before it starts, and without TLS of its own", async () => {
    const grpc = createGrpcServer({ address: "127.0.0.1:0" });
    const http = createHttpServer().mount(grpc);
    expect(() => grpc.endpoint()).toThrow("not started");
    expect(() => http.mount(createGrpcServer())).toThrow("mounted on this port already");
    expect(() => createHttpServer().mount(grpc)).toThrow("mount it once");
    expect(() => createHttpServer().mount(createGrpcServer({ tls: { cert: "x", key: "y" } }))).toThrow("`tls`");
    await using listening = createGrpcServer({ address: "127.0.0.1:0" });
    await listening.start();
    expect(() => createHttpServer().mount(listening)).toThrow("listens already");
  });

  test("has the host's filters before its calls over HTTP/1.1", async () => {
    const filter = (
      _request: unknown,
      response: { setHeader(name: string, value: string): void },
      next: () => void,
    ) => {
      response.setHeader("x-filter", "seen");
      next();
    };
    const { url } = await started(() => new Response("ok"), { filters: [filter] });
    const client = createClient(Chat, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }));
    const seen: Array<string | null> = [];
    await client.look({ room: "hall" }, { onHeader: (headers) => seen.push(headers.get("x-filter")) });
    expect(seen).toEqual(["seen"]);
  });

  test("leaves REST at the path of a method to the route that is there", async () => {
    const grpc = createGrpcServer().service(Chat, chat);
    const http = createHttpServer({ address: "127.0.0.1:0" })
      .post("/chat.v1.Chat/Say", () => new Response("REST"))
      .mount(grpc);
    await http.start();
    onTestFinished(() => http[Symbol.asyncDispose]());
    const call = async (headers: Record<string, string>) => {
      const all = { "content-type": "application/json", ...headers };
      const reply = await fetch(`${http.endpoint()}/chat.v1.Chat/Say`, { method: "POST", headers: all, body: "{}" });
      return reply.text();
    };
    expect(await call({})).toBe("REST");
    expect(await call({ "connect-protocol-version": "1" })).toBe('{"text":": "}');
  });
});
