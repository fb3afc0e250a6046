import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createClient } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { replyJson, startRawServer } from "../../testdata/raw-server.ts";
import { startTcpServer, type TcpServer } from "../../testdata/tcp-server.ts";
import { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";

const reply = (id: string, headers = "") =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${headers}content-length: ${id.length + 9}\r\n\r\n{"id":"${id}"}`;

async function setUp(
  onRequest: (socket: Socket, count: number, data: Buffer) => void,
  options: Omit<HttpTransportOptions, "endpoint"> = {},
) {
  const server: TcpServer = await startTcpServer(onRequest);
  const transport = createHttpTransport({ endpoint: server.endpoint, ...options });
  return {
    server,
    echo: createClient(Echo, transport),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("a connection is kept", () => {
  it("for the next call", async () => {
    await using peer = await setUp((socket) => socket.write(reply("7")));
    for (let i = 0; i < 5; i++) expect(await peer.echo.getItem({ id: "7" })).toMatchObject({ id: "7" });
    expect(peer.server.sockets).toHaveLength(1);
  });

  it("until it was idle for too long", async () => {
    await using peer = await setUp((socket) => socket.write(reply("7")), { idleTimeoutMs: 20 });
    await peer.echo.getItem({ id: "7" });
    await once(peer.server.sockets[0] as Socket, "close");
    await peer.echo.getItem({ id: "7" });
    expect(peer.server.sockets).toHaveLength(2);
  });

  it("no longer than the server says", async () => {
    await using peer = await setUp((socket) => socket.write(reply("7", "keep-alive: max=5, timeout=1\r\n")));
    await peer.echo.getItem({ id: "7" });
    await peer.echo.getItem({ id: "7" });
    expect(peer.server.sockets).toHaveLength(2);
  });

  it("not when the server says so", async () => {
    await using peer = await setUp((socket) => socket.write(reply("7", "connection: close\r\n")));
    await peer.echo.getItem({ id: "7" });
    await peer.echo.getItem({ id: "7" });
    expect(peer.server.sockets).toHaveLength(2);
  });

  it("not when more comes than the reply, which no other call may take for its own", async () => {
    await using peer = await setUp((socket, count) => socket.write(reply(`good${count}`) + reply("evil")));
    expect(await peer.echo.getItem({ id: "7" })).toMatchObject({ id: "good1" });
    expect(await peer.echo.getItem({ id: "7" })).toMatchObject({ id: "good1" });
    expect(peer.server.sockets).toHaveLength(2);
  });

  it("not when something comes that nobody asked for", async () => {
    await using peer = await setUp((socket) => socket.write(reply("7")));
    await peer.echo.getItem({ id: "7" });
    const [socket] = peer.server.sockets as [Socket];
    socket.write(reply("evil"));
    await once(socket, "close");
    expect(await peer.echo.getItem({ id: "7" })).toMatchObject({ id: "7" });
  });

  it("not when the reply came before the request was read", async () => {
    await using peer = await setUp((socket) => {
      socket.pause();
      socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");
    });
    const data = new Uint8Array(16 * 1024 * 1024);
    await expect(peer.echo.raw({ contentType: "text/plain", data })).rejects.toMatchObject({ code: 413 });
    await expect(peer.echo.raw({ contentType: "text/plain", data })).rejects.toMatchObject({ code: 413 });
    expect(peer.server.sockets).toHaveLength(2);
  });
});

describe("a request is sent again", () => {
  it("on a new connection, since all that were kept may have ended", async () => {
    await using peer = await setUp((socket, count) => {
      if (count === 1) socket.write(reply("7"));
      else socket.destroy();
    });
    await Promise.all([1, 2, 3].map(() => peer.echo.getItem({ id: "7" })));
    expect(peer.server.sockets).toHaveLength(3);
    expect(await peer.echo.getItem({ id: "7" })).toMatchObject({ id: "7" });
    expect(peer.server.sockets).toHaveLength(4);
  });

  it("whatever its method when none of it can have left", async () => {
    await using peer = await setUp((socket) => socket.write(reply("7")));
    await peer.echo.getItem({ id: "7" });
    // The client's next write fails at once: it has not heard of the end of the connection yet.
    (peer.server.sockets[0] as Socket).resetAndDestroy();
    await peer.echo.cancelItem({ name: "7" });
    expect(peer.server.requests()).toBe(2);
  });

  it("not when some of its reply has come", async () => {
    await using peer = await setUp((socket, count) => {
      socket.write(count === 1 ? reply("7") : "HTTP/1.1 2");
      if (count > 1) socket.end();
    });
    await peer.echo.getItem({ id: "7" });
    await expect(peer.echo.getItem({ id: "7" })).rejects.toMatchObject({ code: 503 });
    expect(peer.server.requests()).toBe(2);
  });
});

describe("calls that wait for a connection", () => {
  it("all end when every connection breaks", async () => {
    await using peer = await setUp((socket) => socket.destroy(), { connections: 2, timeoutMs: 0 });
    const calls = Array.from({ length: 10 }, () => peer.echo.getItem({ id: "7" }));
    for (const call of await Promise.allSettled(calls)) expect(call).toMatchObject({ reason: { code: 503 } });
    expect(peer.server.requests()).toBe(10);
  });

  it("go on when a call before them is cancelled", async () => {
    await using peer = await setUp(
      (socket, _, data) => {
        if (!data.includes("/slow")) socket.write(reply("7"));
      },
      { connections: 1, timeoutMs: 0 },
    );
    const controller = new AbortController();
    const slow = peer.echo.getItem({ id: "slow" }, { signal: controller.signal });
    const calls = [1, 2, 3].map(() => peer.echo.getItem({ id: "7" }));
    controller.abort();
    await expect(slow).rejects.toMatchObject({ code: 499 });
    for (const call of calls) expect(await call).toMatchObject({ id: "7" });
  });

  it("fail after connectTimeoutMs", async () => {
    // Takes connections, but knows no TLS.
    await using server = await startTcpServer(() => {});
    const endpoint = server.endpoint.replace("http:", "https:");
    await using transport = createHttpTransport({ endpoint, connectTimeoutMs: 20, connections: 1, timeoutMs: 0 });
    const echo = createClient(Echo, transport);
    const failed = {
      code: 503,
      message: `no connection to ${endpoint} within connectTimeoutMs (20 ms); is the server running there?`,
    };
    const calls = [1, 2].map(() => expect(echo.nothing({})).rejects.toMatchObject(failed));
    await Promise.all(calls);
  });
});

describe("a request", () => {
  it.each([
    ["a small body", 10],
    ["a large body", 1_000_000],
  ])("goes out whole with %s", async (_, size) => {
    await using server = await startRawServer((request, response) => response.end(request.body));
    await using transport = createHttpTransport({ endpoint: server.url });
    const echo = createClient(Echo, transport);
    const data = new Uint8Array(size).fill(65);
    expect((await echo.raw({ contentType: "text/plain", data })).data).toEqual(data);
    const name = "日本é".repeat(size / 10);
    await echo.createItem({ parent: "shelves/1", item: { title: name } });
    expect(JSON.parse(server.seen[1]?.body ?? "")).toMatchObject({ title: name });
  });

  it.each(["a\r\nx-evil: 1", "a\0", "日本"])("can't have the content type %j", async (contentType) => {
    await using peer = await setUp((socket) => socket.write(reply("7")));
    await expect(peer.echo.raw({ contentType, data: new Uint8Array(1) })).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining("the value of header content-type has a line break"),
    });
    expect(peer.server.requests()).toBe(0);
  });
});

it("a running call keeps the process alive", async () => {
  await using server = await startRawServer((request, response, incoming) => {
    setTimeout(() => replyJson({ id: "7" })(request, response, incoming), 300);
  });
  const script = `
    import { createClient } from "@connectrpc/connect";
    import { Echo } from ${JSON.stringify(new URL("../../testdata/gen/interop/v1/interop_pb.ts", import.meta.url))};
    import { createHttpTransport } from ${JSON.stringify(new URL("http-transport.ts", import.meta.url))};
    const echo = createClient(Echo, createHttpTransport({ endpoint: ${JSON.stringify(server.url)}, timeoutMs: 0 }));
    console.log((await echo.getItem({ id: "7" })).id, (await echo.getItem({ id: "7" })).id);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    cwd: import.meta.dirname,
    timeout: 15_000,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, "close");
  expect([code, output]).toEqual([0, "7 7\n"]);
});
