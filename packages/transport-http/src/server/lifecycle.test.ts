import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CallContext, createContextKey, currentContext, type Logger, noopLogger } from "@kratos-ts/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { echo } from "../../testdata/echo.ts";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { RawConnection, send } from "../../testdata/http.ts";
import { createHttpServer, type HttpServer } from "./http-server.ts";
import type { HttpServerOptions } from "./options.ts";

async function started(options: HttpServerOptions = {}, set?: (server: HttpServer) => void): Promise<HttpServer> {
  const server = createHttpServer({ address: "127.0.0.1:0", ...options });
  set?.(server);
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** A handler that waits to be let go, and tells when it was entered. */
function gate() {
  const entered = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  return {
    entered: entered.promise,
    open: open.resolve,
    async handler(): Promise<Response> {
      entered.resolve();
      await open.promise;
      return new Response("done");
    },
  };
}

describe("the server's life", () => {
  it("has an endpoint once it has started", async () => {
    const server = createHttpServer({ address: "127.0.0.1:0" });
    expect(() => server.endpoint()).toThrow("has no endpoint before it has started");
    await server.start();
    await using _ = server;
    expect(server.endpoint()).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  });

  it("gives an address of this machine when it listens on all", async () => {
    const server = await started({ address: ":0" });
    expect(server.endpoint()).toMatch(/^http:\/\/(?!0\.0\.0\.0|\[::\])\S+:\d+$/);
    expect((await send(server.endpoint(), "GET /healthz")).status).toBe(200);
  });

  it("says the endpoint that it was given", async () => {
    const server = await started({ endpoint: "https://api.test" });
    expect(server.endpoint()).toBe("https://api.test");
  });

  it("names a taken port and what to do", async () => {
    const first = await started();
    const address = first.endpoint().slice("http://".length);
    const second = createHttpServer({ address });
    const failure = await second.start().catch((error: Error) => error);
    expect(failure).toMatchObject({ code: "EADDRINUSE", cause: { code: "EADDRINUSE" } });
    expect((failure as Error).message).toContain(`cannot listen on ${address}: it is in use already`);
    await first.stop();
    await second.start();
    await second.stop();
  });

  it.each(["8000", "a:b", "host:99999", "unix:"])("refuses the address %j", async (address) => {
    await expect(createHttpServer({ address }).start()).rejects.toThrow(`address ${JSON.stringify(address)} must be`);
  });

  it("starts once, and takes nothing new afterwards", async () => {
    const server = await started();
    await expect(server.start()).rejects.toThrow("has been started already");
    expect(() => server.get("/x", () => new Response())).toThrow("must be added before the HTTP server starts");
    await server.stop();
    await server.stop();
    await expect(server.start()).rejects.toThrow("has been stopped already");
  });

  it("does nothing when it is stopped before it has started", async () => {
    await createHttpServer().stop();
  });

  it("listens on a Unix socket, also where a dead process has left one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kratos-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const address = `unix:${folder}/http.sock`;
    const server = await started({ address });
    expect(server.endpoint()).toBe(address);
    expect((await send(address, "GET /healthz")).json).toEqual({ status: "SERVING" });
    await expect(createHttpServer({ address }).start()).rejects.toThrow("it is in use already");
    await server.stop();
    const { execFileSync } = await import("node:child_process");
    const leave = `require("node:net").createServer().listen(${JSON.stringify(address.slice(5))}, () => process.kill(process.pid, "SIGKILL"))`;
    expect(() => execFileSync(process.execPath, ["-e", leave])).toThrow();
    const second = await started({ address });
    expect((await send(second.endpoint(), "GET /healthz")).status).toBe(200);
  });

  it("gives every call the context that it was started with as parent", async () => {
    const key = createContextKey("nothing");
    const server = createHttpServer({ address: "127.0.0.1:0" }).get("/x", (_request, ctx) => {
      return new Response(`${ctx.get(key)} ${currentContext()?.get(key)}`);
    });
    await server.start({ context: new CallContext({}).with(key, "something"), onFailure() {} });
    await using _ = server;
    expect((await send(server.endpoint(), "GET /x")).text).toBe("something something");
  });
});

describe("health", () => {
  it("turns 503 with drain, while calls are served and the process is alive", async () => {
    const server = await started({}, (it) => it.get("/x", () => new Response("x")));
    expect((await send(server.endpoint(), "GET /healthz")).json).toEqual({ status: "SERVING" });
    server.drain();
    const answer = await send(server.endpoint(), "GET /healthz");
    expect([answer.status, answer.json, answer.headers["cache-control"]]).toEqual([
      503,
      { status: "NOT_SERVING" },
      "no-store",
    ]);
    expect((await send(server.endpoint(), "GET /healthz/live")).status).toBe(200);
    expect((await send(server.endpoint(), "GET /x")).text).toBe("x");
  });

  it("has another path, none, or a route of the user's in its place", async () => {
    const moved = await started({ healthPath: "/ready" });
    expect((await send(moved.endpoint(), "GET /ready")).status).toBe(200);
    expect((await send(moved.endpoint(), "GET /healthz")).status).toBe(404);
    const none = await started({ healthPath: false });
    expect((await send(none.endpoint(), "GET /healthz")).status).toBe(404);
    const own = await started({}, (it) => it.get("/healthz", () => new Response("mine")));
    expect((await send(own.endpoint(), "GET /healthz")).text).toBe("mine");
  });
});

describe("a graceful stop", () => {
  it("ends idle connections at once, and unused ones", async () => {
    const server = await started();
    await using idle = new RawConnection(server.endpoint());
    await idle.write("GET /healthz HTTP/1.1", "Host: a", "").until("SERVING");
    await using unused = new RawConnection(server.endpoint());
    await once(unused.socket, "connect");
    // The server has to have taken it, too.
    await send(server.endpoint(), "GET /healthz");
    await server.stop();
    await Promise.all([idle.end(), unused.end()]);
  });

  it("lets what is in flight end, tells its callers to go, and refuses new connections", async () => {
    const { entered, open, handler } = gate();
    const server = await started({}, (it) => it.get("/slow", handler));
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const answer = send(server.endpoint(), "GET /slow", { agent });
    await entered;
    const stopped = server.stop();
    const { hostname, port } = new URL(server.endpoint());
    await refusedSoon(hostname, Number(port));
    open();
    expect(await answer).toMatchObject({ status: 200, text: "done", headers: { connection: "close" } });
    await stopped;
  });

  it("loses nothing that had begun under load", async () => {
    const server = await started({}, (it) => it.service(Echo, echo));
    const endpoint = server.endpoint();
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    onTestFinished(() => agent.destroy());
    const outcomes = { answered: 0, refused: 0, lost: [] as string[] };
    let stopping: Promise<void> | undefined;
    const worker = async (): Promise<void> => {
      for (;;) {
        try {
          const answer = await send(endpoint, "GET /v1/sleep/2", { agent });
          expect(answer.json).toMatchObject({ finished: true });
          if (++outcomes.answered === 200) stopping = server.stop();
        } catch (error) {
          const { code } = error as { code?: string };
          if (code === "ECONNREFUSED") outcomes.refused++;
          else outcomes.lost.push(String(error));
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    await stopping;
    expect(outcomes).toMatchObject({ refused: 20, lost: [] });
    expect(outcomes.answered).toBeGreaterThanOrEqual(200);
  });

  it("cuts with 503 what has not ended when its signal aborts", async () => {
    const { entered, handler } = gate();
    const server = await started({ timeoutMs: 0 }, (it) => it.get("/stuck", handler));
    const answer = send(server.endpoint(), "GET /stuck");
    await entered;
    const stop = new AbortController();
    const stopped = server.stop({ signal: stop.signal });
    stop.abort();
    await stopped;
    expect(await answer).toMatchObject({ status: 503, json: { code: 503, message: "the server is shutting down" } });
  });

  it("cuts a body that still streams, and a request that still arrives", async () => {
    const server = await started({}, (it) =>
      it.get(
        "/stream",
        () => new Response(new ReadableStream({ start: (body) => body.enqueue(Buffer.from("begun")) })),
      ),
    );
    await using stream = new RawConnection(server.endpoint());
    await stream.write("GET /stream HTTP/1.1", "Host: a", "").until("begun");
    await using half = new RawConnection(server.endpoint());
    half.write("POST /stream HTTP/1.1", "Host: a", "Content-Length: 10", "");
    await server.stop({ signal: AbortSignal.abort() });
    await Promise.all([stream.end(), half.end()]);
  });

  it("does not wait for ever for a request whose head stays unfinished", async () => {
    const server = await started({ headersTimeoutMs: 100 });
    await using slow = new RawConnection(server.endpoint());
    slow.write("GET / HTTP/1.1", "Host: a");
    await send(server.endpoint(), "GET /healthz");
    await server.stop();
    await slow.end();
  });
});

describe("a call", () => {
  it("is answered with 504 as soon as its time is over, and its handler's late end is told to the log alone", async () => {
    const logged = Promise.withResolvers<unknown>();
    const logger: Logger = { ...noopLogger, warn: (message, fields) => logged.resolve([message, fields?.operation]) };
    const late = Promise.withResolvers<Response>();
    const server = await started({ timeoutMs: 30, logger }, (it) => it.get("/late", () => late.promise));
    const answer = await send(server.endpoint(), "GET /late");
    expect(answer).toMatchObject({ status: 504, json: { code: 504, message: "context deadline exceeded" } });
    late.reject(new Error("too late"));
    expect(await logged.promise).toEqual(["a handler failed after its call was answered", "/late"]);
  });

  it("has no limit where none is wanted", async () => {
    const server = await started({ timeoutMs: 0 }, (it) => it.service(Echo, echo));
    expect((await send(server.endpoint(), "GET /v1/sleep/1")).json).toMatchObject({ hadDeadline: false });
  });

  it.each(["destroy", "end"] as const)("is aborted when its caller leaves (%s)", async (leave) => {
    const entered = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<unknown>();
    const server = await started({ timeoutMs: 0 }, (it) =>
      it.service(Echo, {
        seen(_request, ctx) {
          ctx.signal.addEventListener("abort", () => aborted.resolve(ctx.signal.reason));
          entered.resolve();
          return new Promise(() => {});
        },
      }),
    );
    await using connection = new RawConnection(server.endpoint());
    connection.write("GET /v1/seen HTTP/1.1", "Host: a", "");
    await entered.promise;
    connection.socket[leave]();
    expect(await aborted.promise).toMatchObject({ code: 499, message: "context canceled" });
  });

  it("still answers a caller that has only closed its own half", async () => {
    const server = await started({}, (it) => it.service(Echo, echo));
    await using connection = new RawConnection(server.endpoint());
    connection.write("GET /v1/items/7 HTTP/1.1", "Host: a", "").socket.end();
    expect(await connection.end()).toContain('"id":"7"');
  });

  it("aborts the stream of a reply when its reader leaves", async () => {
    const cancelled = Promise.withResolvers<void>();
    const server = await started({ timeoutMs: 0 }, (it) =>
      it.get("/stream", (request) => {
        const aborted = new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve()));
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(Buffer.from("begun")),
          cancel: () => aborted.then(cancelled.resolve),
        });
        return new Response(body);
      }),
    );
    await using connection = new RawConnection(server.endpoint());
    await connection.write("GET /stream HTTP/1.1", "Host: a", "").until("begun");
    connection.socket.destroy();
    await cancelled.promise;
  });

  it("is one of several on a pipelined connection, answered in order", async () => {
    const server = await started({}, (it) => it.service(Echo, echo));
    await using connection = new RawConnection(server.endpoint());
    connection.write(
      "GET /v1/sleep/30 HTTP/1.1",
      "Host: a",
      "",
      "GET /v1/items/2 HTTP/1.1",
      "Host: a",
      "Connection: close",
      "",
    );
    const text = await connection.end();
    expect(text.indexOf("finished")).toBeGreaterThan(0);
    expect(text.indexOf('"id":"2"')).toBeGreaterThan(text.indexOf("finished"));
  });
});

// New connections may still be taken for a moment after stop() was called: nothing is lost by it.
async function refusedSoon(host: string, port: number): Promise<void> {
  for (;;) {
    const socket = connect({ host, port });
    try {
      await once(socket, "connect");
      await once(socket, "close");
    } catch (error) {
      if ((error as { code?: string }).code === "ECONNREFUSED") return;
    } finally {
      socket.destroy();
    }
  }
}
