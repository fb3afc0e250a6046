import { once } from "node:events";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { connect as connectSocket, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Echo, GetItemRequestSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { createInteropServer, messageIn, requestOf, startInterop } from "../../testdata/interop-server.ts";
import { RawClient } from "../../testdata/raw-grpc.ts";
import { createGrpcServer } from "./grpc-server.ts";

const { getItem, noRule } = Echo.method;

/** A service whose calls wait until they are let go. */
function gated() {
  const began = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const getItemGated = async (request: unknown) => {
    began.resolve();
    await gate.promise;
    return request;
  };
  return { implementation: { getItem: getItemGated }, began: began.promise, open: () => gate.resolve() };
}

function socketPath(): string {
  return join(tmpdir(), `kratos-grpc-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
}

describe("start", () => {
  it("listens on a free port by default, and says where", async () => {
    await using server = createGrpcServer({ address: "127.0.0.1:0" });
    expect(() => server.endpoint()).toThrow("start()");
    await server.start();
    expect(server.endpoint()).toMatch(/^grpc:\/\/127\.0\.0\.1:\d+$/);
  });

  it("names an address of this machine when it listens on all", async () => {
    await using server = createGrpcServer();
    await server.start();
    expect(server.endpoint()).toMatch(/^grpc:\/\/(?!0\.0\.0\.0|\[::\]).+:\d+$/);
  });

  it("listens on IPv6", async () => {
    await using server = createInteropServer({ address: "[::1]:0" });
    await server.start();
    expect(server.endpoint()).toMatch(/^grpc:\/\/\[::1\]:\d+$/);
    await using client = await RawClient.connect(server.endpoint());
    expect((await client.send(requestOf(getItem))).trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("says the endpoint that it was told", () => {
    expect(createGrpcServer({ endpoint: "grpc://example:1" }).endpoint()).toBe("grpc://example:1");
  });

  it("twice is an error", async () => {
    await using server = createGrpcServer({ address: "127.0.0.1:0" });
    await server.start();
    await expect(server.start()).rejects.toThrow("started already");
  });

  it("on a taken port is an error that names the port and what to change", async () => {
    await using first = createGrpcServer({ address: "127.0.0.1:0" });
    await first.start();
    const address = first.endpoint().slice("grpc://".length);
    await using second = createGrpcServer({ address });
    const error = await second.start().catch((thrown) => thrown);
    expect(error.message).toContain(address);
    expect(error.message).toContain("`address`");
    expect(error.cause).toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("a unix socket", () => {
  it("is served, and its file goes with the server", async () => {
    const path = socketPath();
    const server = createInteropServer({ address: `unix:${path}` });
    await server.start();
    expect(server.endpoint()).toBe(`unix:${path}`);
    {
      await using client = await RawClient.connect(server.endpoint());
      const reply = await client.send(requestOf(getItem, { id: "7" }));
      expect(messageIn(GetItemRequestSchema, reply).id).toBe("7");
    }
    await server.stop();
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("that a dead process left behind is taken over", async () => {
    const path = socketPath();
    // A server that closes removes its file; a copy of the name does not go with it.
    const dead = createServer().listen(path);
    await once(dead, "listening");
    await rename(path, `${path}.left`);
    await new Promise((resolve) => dead.close(resolve));
    await rename(`${path}.left`, path);
    await using server = createInteropServer({ address: `unix:${path}` });
    await server.start();
    await using client = await RawClient.connect(server.endpoint());
    expect((await client.send(requestOf(getItem))).trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("that another server listens on, or that is another file, is left alone", async () => {
    const path = socketPath();
    await using first = createInteropServer({ address: `unix:${path}` });
    await first.start();
    await expect(createGrpcServer({ address: `unix:${path}` }).start()).rejects.toThrow(`unix:${path}`);
    await using client = await RawClient.connect(first.endpoint());
    expect((await client.send(requestOf(getItem))).trailers).toMatchObject({ "grpc-status": "0" });
    const file = `${path}.txt`;
    await writeFile(file, "precious");
    await expect(createGrpcServer({ address: `unix:${file}` }).start()).rejects.toThrow(file);
    expect((await stat(file)).size).toBe(8);
    await rm(file);
  });
});

describe("stop", () => {
  it("before start does nothing", async () => {
    await createGrpcServer().stop();
  });

  it("ends idle connections at once and frees the port", async () => {
    const server = createInteropServer();
    await server.start();
    const endpoint = server.endpoint();
    await using client = await RawClient.connect(endpoint);
    const goaway = once(client.session, "goaway");
    await Promise.all([server.stop(), client.closed()]);
    expect((await goaway)[0]).toBe(0);
    await using next = createInteropServer({ address: endpoint.slice("grpc://".length) });
    await next.start();
  });

  it("may be called again and again", async () => {
    const server = createInteropServer();
    await server.start();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop({ signal: AbortSignal.abort() });
    await server[Symbol.asyncDispose]();
  });

  it("while it starts waits for the start", async () => {
    const server = createInteropServer();
    const started = server.start();
    await server.stop();
    await started;
    await expect(RawClient.connect(server.endpoint())).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("finishes what is in flight and takes nothing new", async () => {
    const { implementation, began, open } = gated();
    await using interop = await startInterop({ implementation, timeoutMs: 0 });
    const inFlight = interop.client.send(requestOf(getItem, { id: "7" }));
    await began;
    const goaway = once(interop.client.session, "goaway");
    const stopped = interop.server.stop();
    await goaway;
    await expect(RawClient.connect(interop.server.endpoint())).rejects.toMatchObject({ code: "ECONNREFUSED" });
    open();
    expect(messageIn(GetItemRequestSchema, await inFlight).id).toBe("7");
    await stopped;
  });

  it("tells callers which calls it has not begun, so that they may send them elsewhere", async () => {
    const { implementation, began, open } = gated();
    await using interop = await startInterop({ implementation });
    const inFlight = interop.client.send(requestOf(getItem, { id: "7" }));
    await began;
    const goaway = once(interop.client.session, "goaway");
    const stopped = interop.server.stop();
    // The client has not seen GOAWAY yet.
    const late = await interop.client.send(requestOf(noRule, { name: "late" }));
    expect(late).toMatchObject({ headers: {}, rstCode: 7 });
    const [code, lastStream] = await goaway;
    expect([code, lastStream]).toEqual([0, 1]);
    open();
    expect(messageIn(GetItemRequestSchema, await inFlight).id).toBe("7");
    await stopped;
  });

  it("cuts what is left when its signal aborts", async () => {
    const { implementation, began } = gated();
    const server = createInteropServer({ implementation, timeoutMs: 0 });
    await server.start();
    await using client = await RawClient.connect(server.endpoint());
    const cut = client.send(requestOf(getItem));
    await began;
    const controller = new AbortController();
    const stopped = server.stop({ signal: controller.signal });
    controller.abort();
    await stopped;
    expect((await cut).headers).toEqual({});
    await client.closed();
  });

  it("does not wait for connections that never became sessions", async () => {
    await using interop = await startInterop();
    const { port } = new URL(interop.server.endpoint().replace("grpc:", "http:"));
    const socket = connectSocket(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "connect");
    const closed = once(socket, "close");
    socket.resume();
    await interop.server.stop();
    await closed;
  });

  it("under load loses no call that had begun", async () => {
    const begun = new Set<string>();
    const getItemCounted = (request: { id: string }) => {
      begun.add(request.id);
      return request;
    };
    const server = createInteropServer({ implementation: { getItem: getItemCounted } });
    await server.start();
    const clients = await Promise.all(Array.from({ length: 4 }, () => RawClient.connect(server.endpoint())));
    const answered = new Set<string>();
    // Each client keeps calls in flight until its connection tells it to go.
    const load = async (client: RawClient): Promise<void> => {
      while (!client.session.closed && !client.session.destroyed) {
        const id = String(Math.random());
        const reply = await client.send(requestOf(getItem, { id }));
        if (reply.trailers["grpc-status"] === "0") answered.add(messageIn(GetItemRequestSchema, reply).id);
      }
    };
    const loads = clients.flatMap((client) => Array.from({ length: 16 }, () => load(client)));
    while (answered.size < 500) await new Promise((resolve) => setImmediate(resolve));
    await server.stop();
    await Promise.all(loads);
    expect(answered).toEqual(begun);
  });
});
