import { describe, expect, it, onTestFinished } from "vitest";
import { echo } from "../../testdata/echo.ts";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { RawConnection, send } from "../../testdata/http.ts";
import { createHttpServer, type HttpServer } from "./http-server.ts";
import type { HttpServerOptions } from "./options.ts";

async function started(options: HttpServerOptions = {}, set?: (server: HttpServer) => void): Promise<string> {
  const server = createHttpServer({ address: "127.0.0.1:0", ...options }).service(Echo, echo);
  set?.(server);
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.endpoint();
}

const post = ["POST /v1/raw HTTP/1.1", "Host: a", "Content-Type: text/plain"];

describe("the limit of a body", () => {
  it("is met by a body of just its size", async () => {
    const endpoint = await started({ maxBodyBytes: 10 });
    const answer = await send(endpoint, "POST /v1/raw", { type: "text/plain", body: "0123456789" });
    expect(answer).toMatchObject({ status: 200, text: "0123456789" });
  });

  it("refuses a declared length at once, and its sender gets to read it", async () => {
    const endpoint = await started({ maxBodyBytes: 10 });
    await using connection = new RawConnection(endpoint);
    connection.write(...post, "Content-Length: 100000", "");
    const text = await connection.until("}");
    expect(text).toContain("HTTP/1.1 413 Payload Too Large");
    expect(text).toContain("Connection: close");
    expect(text).toContain('"code":413,"reason":"BODY_TOO_LARGE"');
    // What is sent all the same is dropped, and then the connection ends.
    connection.socket.write("x".repeat(100_000));
    await connection.end();
  });

  it("refuses what turns out to be too much", async () => {
    const endpoint = await started({ maxBodyBytes: 10 });
    await using connection = new RawConnection(endpoint);
    connection.write(...post, "Transfer-Encoding: chunked", "", "8", "01234567").write("8", "01234567");
    expect(await connection.until("}")).toContain("413 Payload Too Large");
    connection.write("0", "");
    await connection.end();
  });

  it("is answered once, also when its sender closes its half of the connection", async () => {
    const endpoint = await started({ maxBodyBytes: 10 });
    await using connection = new RawConnection(endpoint);
    connection.write(...post, "Content-Length: 100000", "").socket.end();
    const text = await connection.end();
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413"]);
  });

  it("ends the connection of a sender that does not stop", async () => {
    const endpoint = await started({ maxBodyBytes: 10 });
    await using connection = new RawConnection(endpoint);
    connection.write(...post, "Content-Length: 1000000000", "");
    await connection.until("413");
    const piece = Buffer.alloc(256 * 1024);
    const push = (): void => void connection.socket.write(piece, (error) => error ?? push());
    push();
    await connection.end();
  });

  it("does not ask for a body that it would refuse", async () => {
    const endpoint = await started({ maxBodyBytes: 10 });
    await using connection = new RawConnection(endpoint);
    connection.write(...post, "Content-Length: 11", "Expect: 100-continue", "");
    const text = await connection.end();
    expect(text).toContain("HTTP/1.1 413");
    expect(text).not.toContain("100 Continue");
  });

  it("asks for one that it takes", async () => {
    const endpoint = await started({ maxBodyBytes: 10 });
    await using connection = new RawConnection(endpoint);
    connection.write(...post, "Content-Length: 4", "Expect: 100-continue", "");
    await connection.until("HTTP/1.1 100 Continue");
    connection.socket.write("body");
    expect(await connection.until("body")).toContain("HTTP/1.1 200 OK");
  });

  it("is a hand-written route's own, if it has one", async () => {
    const handler = async (request: Request): Promise<Response> => new Response(String((await request.text()).length));
    const endpoint = await started({ maxBodyBytes: 10 }, (it) =>
      it.post("/small", handler).post("/large", { handler, maxBodyBytes: 1000 }),
    );
    expect(await send(endpoint, "POST /small", { body: "x".repeat(11) })).toMatchObject({
      status: 413,
      json: { reason: "BODY_TOO_LARGE" },
    });
    expect((await send(endpoint, "POST /large", { body: "x".repeat(1000) })).text).toBe("1000");
    const chunked = { body: "x".repeat(1001), headers: { "transfer-encoding": "chunked" } };
    expect((await send(endpoint, "POST /large", chunked)).status).toBe(413);
  });
});

describe("a slow sender", () => {
  it("of headers is answered with 408", async () => {
    const endpoint = await started({ headersTimeoutMs: 80 });
    await using connection = new RawConnection(endpoint);
    connection.write("GET /v1/items/7 HTTP/1.1", "Host: a");
    const text = await connection.end();
    expect(text).toContain("HTTP/1.1 408 Request Timeout");
    expect(text).toContain('"reason":"REQUEST_TIMEOUT"');
  });

  it("of a body is answered with 408", async () => {
    const endpoint = await started({ requestTimeoutMs: 80 });
    await using connection = new RawConnection(endpoint);
    connection.write(...post, "Content-Length: 10", "").socket.write("0");
    expect(await connection.end()).toContain("HTTP/1.1 408 Request Timeout");
  });

  it("of a body to a hand-written route is answered with 408", async () => {
    const endpoint = await started({ requestTimeoutMs: 80, timeoutMs: 0 }, (it) =>
      it.post("/x", async (request) => new Response(await request.text())),
    );
    await using connection = new RawConnection(endpoint);
    connection.write("POST /x HTTP/1.1", "Host: a", "Content-Length: 10", "").socket.write("0");
    expect(await connection.end()).toContain("HTTP/1.1 408 Request Timeout");
  });

  it("has its time from the last byte on for the call itself", async () => {
    const endpoint = await started({ timeoutMs: 60 });
    await using connection = new RawConnection(endpoint);
    connection.write(...post, "Content-Length: 4", "");
    await new Promise((resolve) => setTimeout(resolve, 120));
    connection.socket.write("body");
    expect(await connection.until("body")).toContain("HTTP/1.1 200 OK");
  });
});

describe("what is no request", () => {
  it.each([
    [["NONSENSE"], 400, "MALFORMED_REQUEST"],
    [["GET / HTTP/1.1", "Host: a", "Bad Header: x", ""], 400, "MALFORMED_REQUEST"],
    [["GET / HTTP/1.1", "Host: a", "Content-Length: 1", "Content-Length: 2", ""], 400, "MALFORMED_REQUEST"],
    [["POST / HTTP/1.1", "Host: a", "Content-Length: 1", "Transfer-Encoding: chunked", ""], 400, "MALFORMED_REQUEST"],
    [["POST / HTTP/1.1", "Host: a", "Content-Length: -1", ""], 400, "MALFORMED_REQUEST"],
    [[...post, "Transfer-Encoding: chunked", "", "zz"], 400, "MALFORMED_REQUEST"],
    [["GET / HTTP/1.1", "Host: a", `X: ${"x".repeat(20_000)}`, ""], 431, "HEADER_TOO_LARGE"],
    [[`GET /${"x".repeat(20_000)} HTTP/1.1`, "Host: a", ""], 431, "HEADER_TOO_LARGE"],
    [["CONNECT a:80 HTTP/1.1", "Host: a", ""], 405, "METHOD_NOT_ALLOWED"],
  ])("%j is answered with %i", async (lines, code, reason) => {
    const endpoint = await started();
    await using connection = new RawConnection(endpoint);
    const text = await connection.write(...lines).end();
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${code} .*\r\nConnection: close\r\n`));
    expect(JSON.parse(text.slice(text.indexOf("{")))).toMatchObject({ code, reason, metadata: {} });
  });

  it("leaves the call before it on the connection its answer", async () => {
    const endpoint = await started();
    await using connection = new RawConnection(endpoint);
    connection.write("GET /v1/sleep/30 HTTP/1.1", "Host: a", "", "NONSENSE", "");
    const text = await connection.end();
    expect(text).toContain('"finished":true');
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it("leaves all of the calls before it their answers", async () => {
    const endpoint = await started();
    await using connection = new RawConnection(endpoint);
    connection.write(...Array(20).fill(["GET /v1/items/7 HTTP/1.1", "Host: a", ""]).flat(), "NONSENSE", "");
    const text = await connection.end();
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(20);
    expect(text.match(/Connection: close/g)).toHaveLength(1);
  });

  it("may be reset at any moment", async () => {
    const endpoint = await started();
    for (const line of ["CONNECT a:80 HTTP/1.1", "GET /v1/sleep/10 HTTP/1.1", "NONSENSE", "POST /v1/raw HTTP/1.1"]) {
      await using connection = new RawConnection(endpoint);
      connection.write(line, "Host: a", "Content-Length: 5", "");
      await send(endpoint, "GET /v1/items/7");
      connection.socket.resetAndDestroy();
      await send(endpoint, "GET /v1/items/7");
    }
    expect((await send(endpoint, "GET /v1/sleep/20")).status).toBe(200);
  });

  it("does not harm other calls", async () => {
    const endpoint = await started();
    await using connection = new RawConnection(endpoint);
    connection.write("\0\0\0");
    await connection.end();
    expect((await send(endpoint, "GET /v1/items/7")).status).toBe(200);
  });

  it("may have many headers, as long as they are small", async () => {
    const endpoint = await started({ maxHeaderBytes: 64 * 1024 });
    await using connection = new RawConnection(endpoint);
    const many = Array.from({ length: 3000 }, (_, i) => `x-${i}: ${i}`);
    connection.write("GET /v1/seen HTTP/1.1", "Host: a", ...many, "Connection: close", "");
    expect(await connection.end()).toContain('"x-2999":{"values":["2999"]}');
  });
});

describe("a connection", () => {
  it("takes only so many requests where that is wanted", async () => {
    const endpoint = await started({ maxRequestsPerSocket: 2 });
    await using connection = new RawConnection(endpoint);
    const get = ["GET /v1/items/7 HTTP/1.1", "Host: a", ""];
    await connection.write(...get).until('"7"');
    await connection.write(...get).until("Connection: close");
    await connection.write(...get).until("503 Service Unavailable");
  });

  it("ends when it is idle for too long", async () => {
    const endpoint = await started({ keepAliveTimeoutMs: 50 });
    await using connection = new RawConnection(endpoint);
    await connection.write("GET /v1/items/7 HTTP/1.1", "Host: a", "").until('"7"');
    await connection.end();
  });
});

describe("options", () => {
  it.each(["timeoutMs", "maxBodyBytes", "headersTimeoutMs", "keepAliveTimeoutMs"])("refuses a negative %s", (name) => {
    expect(() => createHttpServer({ [name]: -1 })).toThrow(`option ${name} must be a number of at least 0, not -1`);
  });
});
