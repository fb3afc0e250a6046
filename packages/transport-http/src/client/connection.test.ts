import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createClient } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { replyJson, startRawServer } from "../../testdata/raw-server.ts";
import { startTcpServer } from "../../testdata/tcp-server.ts";
import { createHttpTransport } from "./http-transport.ts";

const okReply = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"id":"7"}';

describe("no connection", () => {
  it("is a 503 that names the server and says what to do", async () => {
    const { endpoint, [Symbol.asyncDispose]: close } = await startTcpServer(() => {});
    await close();
    await using transport = createHttpTransport({ endpoint });
    await expect(createClient(Echo, transport).nothing({})).rejects.toMatchObject({
      name: "KratosError",
      code: 503,
      reason: "",
      message: expect.stringMatching(
        /^can't connect to http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED .*; is the server running there\?$/,
      ),
      cause: expect.objectContaining({ code: "ECONNREFUSED" }),
    });
  });

  it("is a 503 for a name that nobody has", async () => {
    await using transport = createHttpTransport({ endpoint: "http://nobody.invalid", timeoutMs: 0 });
    await expect(createClient(Echo, transport).nothing({})).rejects.toMatchObject({
      code: 503,
      message: expect.stringContaining("can't connect to http://nobody.invalid: "),
    });
  });
});

describe("a connection that breaks", () => {
  it("is a 503", async () => {
    await using server = await startTcpServer((socket) => socket.destroy());
    await using transport = createHttpTransport({ endpoint: server.endpoint });
    await expect(createClient(Echo, transport).getItem({ id: "7" })).rejects.toMatchObject({
      code: 503,
      message: expect.stringMatching(/^the connection to http.* broke before the reply was complete: /),
    });
    expect(server.requests()).toBe(1);
  });

  it("within the reply is a 503, and the request is not repeated", async () => {
    await using server = await startTcpServer((socket, count) => {
      socket.write(count === 1 ? okReply : okReply.slice(0, -3));
      if (count > 1) socket.end();
    });
    await using transport = createHttpTransport({ endpoint: server.endpoint, connections: 1 });
    const echo = createClient(Echo, transport);
    await echo.getItem({ id: "7" });
    await expect(echo.getItem({ id: "7" })).rejects.toMatchObject({ code: 503 });
    expect(server.requests()).toBe(2);
  });

  it("while it was idle makes an idempotent request go out again, once", async () => {
    await using server = await startTcpServer((socket, count) => {
      if (count === 1) socket.write(okReply);
      else socket.destroy();
    });
    await using transport = createHttpTransport({ endpoint: server.endpoint, connections: 1 });
    const echo = createClient(Echo, transport);
    await echo.getItem({ id: "7" });
    expect(await echo.getItem({ id: "7" })).toMatchObject({ id: "7" });
    expect(server.requests()).toBe(3);
  });

  it("while it was idle is a 503 for a POST, which may have done its work", async () => {
    await using server = await startTcpServer((socket, count) => {
      if (count === 1) socket.write(okReply);
      else socket.destroy();
    });
    await using transport = createHttpTransport({ endpoint: server.endpoint, connections: 1 });
    const echo = createClient(Echo, transport);
    await echo.getItem({ id: "7" });
    await expect(echo.cancelItem({ name: "7" })).rejects.toMatchObject({ code: 503 });
    expect(server.requests()).toBe(2);
  });

  it("with something that is not HTTP is a 503", async () => {
    await using server = await startTcpServer((socket) => socket.write("220 mail.example ESMTP\r\n"));
    await using transport = createHttpTransport({ endpoint: server.endpoint });
    await expect(createClient(Echo, transport).nothing({})).rejects.toMatchObject({
      code: 503,
      message: expect.stringMatching(/^http.* sent a reply that can't be read: /),
    });
  });
});

describe("the size of a reply", () => {
  it("is bounded", async () => {
    await using server = await startRawServer(replyJson({ id: "x".repeat(2000) }));
    await using transport = createHttpTransport({ endpoint: server.url, maxBodyBytes: 1000 });
    await expect(createClient(Echo, transport).getItem({ id: "7" })).rejects.toMatchObject({
      code: 429,
      message: `the reply of ${server.url} is larger than maxBodyBytes (1000)`,
    });
  });

  it("is bounded when it is unpacked", async () => {
    await using server = await startRawServer((request, response) => {
      const size = request.url.endsWith("large") ? 100_000 : 100;
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(gzipSync(JSON.stringify({ id: "x".repeat(size) })));
    });
    await using transport = createHttpTransport({ endpoint: server.url, maxBodyBytes: 1000 });
    const echo = createClient(Echo, transport);
    expect((await echo.getItem({ id: "small" })).id).toHaveLength(100);
    expect(server.seen[0]?.headers["accept-encoding"]).toBe("gzip");
    await expect(echo.getItem({ id: "large" })).rejects.toMatchObject({
      code: 429,
      message: "the unpacked reply is larger than maxBodyBytes (1000)",
    });
  });

  it.each([
    ["br", "the reply has the content encoding br, which this client can't read"],
    ["gzip", "the unpacked reply is no gzip: incorrect header check"],
  ])("with the encoding %s", async (encoding, message) => {
    await using server = await startRawServer((_, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end("no gzip at all");
    });
    await using transport = createHttpTransport({ endpoint: server.url });
    await expect(createClient(Echo, transport).nothing({})).rejects.toMatchObject({ code: 500, message });
  });
});

describe("the pool", () => {
  it("keeps connections, and makes no more than it may", async () => {
    await using server = await startRawServer(replyJson({ id: "7" }));
    await using transport = createHttpTransport({ endpoint: server.url, connections: 2 });
    const echo = createClient(Echo, transport);
    await Promise.all(Array.from({ length: 20 }, () => echo.getItem({ id: "7" })));
    expect(server.seen).toHaveLength(20);
    expect(server.connections()).toBe(2);
  });

  it("has a bounded queue, in which cancelled calls count until they leave it", async () => {
    await using server = await startRawServer(() => {});
    await using transport = createHttpTransport({ endpoint: server.url, connections: 1, maxQueuedCalls: 1 });
    const echo = createClient(Echo, transport);
    const controller = new AbortController();
    const calls = [1, 2].map(() => echo.nothing({}, { signal: controller.signal }).catch(() => "ended"));
    await expect(echo.nothing({})).rejects.toMatchObject({
      code: 429,
      message: `1 calls wait for a connection to ${server.url} already (maxQueuedCalls)`,
    });
    controller.abort();
    expect(await Promise.all(calls)).toEqual(["ended", "ended"]);
  });

  it("ends with its transport, and running calls with it", async () => {
    let arrived = (): void => {};
    const running = new Promise<void>((resolve) => (arrived = resolve));
    await using server = await startRawServer(() => arrived());
    const transport = createHttpTransport({ endpoint: server.url });
    const echo = createClient(Echo, transport);
    const call = expect(echo.nothing({})).rejects.toMatchObject({ code: 499, message: "the transport was closed" });
    await running;
    await transport[Symbol.asyncDispose]();
    await call;
    await expect(echo.nothing({})).rejects.toMatchObject({ code: 499, message: "the transport was closed" });
    await transport[Symbol.asyncDispose]();
  });

  it("does not keep the process alive", async () => {
    await using server = await startRawServer(replyJson({ id: "7" }));
    const script = `
      import { createClient } from "@connectrpc/connect";
      import { Echo } from ${JSON.stringify(new URL("../../testdata/gen/interop/v1/interop_pb.ts", import.meta.url))};
      import { createHttpTransport } from ${JSON.stringify(new URL("http-transport.ts", import.meta.url))};
      const echo = createClient(Echo, createHttpTransport({ endpoint: ${JSON.stringify(server.url)} }));
      console.log((await echo.getItem({ id: "7" })).id);`;
    const started = performance.now();
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
      cwd: import.meta.dirname,
      timeout: 15_000,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    const [code] = await once(child, "close");
    expect([code, Buffer.concat(output).toString()]).toEqual([0, "7\n"]);
    // A keep-alive connection lasts 4 s.
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

it("connects to a Unix socket", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kratos-http-"));
  try {
    const path = join(folder, "http.sock");
    await using server = await startRawServer(replyJson({ id: "7" }), { listen: { path } });
    await using transport = createHttpTransport({ endpoint: `unix:${path}` });
    expect((await createClient(Echo, transport).getItem({ id: "7" })).id).toBe("7");
    expect(server.seen[0]?.headers.host).toBe("localhost");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("TLS", () => {
  const pem = (name: string) => readFileSync(new URL(`../../testdata/tls/localhost.${name}.pem`, import.meta.url));
  const [cert, key] = [pem("cert"), pem("key")];

  it("trusts the authorities that it is given, and shows its own certificate", async () => {
    const tls = { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true };
    await using server = await startRawServer(replyJson({ id: "7" }), { tls });
    await using transport = createHttpTransport({ endpoint: server.url, tls: { ca: cert, cert, key } });
    expect((await createClient(Echo, transport).getItem({ id: "7" })).id).toBe("7");
  });

  it("fails with what to check", async () => {
    await using server = await startRawServer(replyJson({ id: "7" }), { tls: { cert, key } });
    await using untrusting = createHttpTransport({ endpoint: server.url });
    const failed = { code: 503, message: expect.stringMatching(/^TLS with https:.* failed: .*; check .*tls option/) };
    await expect(createClient(Echo, untrusting).getItem({ id: "7" })).rejects.toMatchObject(failed);
    await using misnamed = createHttpTransport({ endpoint: server.url, tls: { ca: cert, servername: "example.com" } });
    await expect(createClient(Echo, misnamed).getItem({ id: "7" })).rejects.toMatchObject(failed);
  });
});
