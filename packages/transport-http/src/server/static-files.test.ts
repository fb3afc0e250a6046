import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import compression from "compression";
import serveStatic from "serve-static";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Call, RawConnection, send } from "../../testdata/http.ts";
import { createHttpServer } from "./http-server.ts";

const large = "0123456789".repeat(1_000_000);

let folder: string;
const server = createHttpServer({ address: "127.0.0.1:0" });
const get = (path: string, headers: Call["headers"] = {}) => send(server.endpoint(), `GET ${path}`, { headers });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "static-files-"));
  const root = join(folder, "public");
  await mkdir(join(root, "docs"), { recursive: true });
  await mkdir(join(root, "packed"));
  await writeFile(join(folder, "secret.txt"), "secret");
  await writeFile(join(root, ".env"), "secret");
  await writeFile(join(root, "app.js"), "0123456789");
  await writeFile(join(root, "large.bin"), large);
  await writeFile(join(root, "docs", "index.html"), "<h1>docs</h1>");
  server
    .use("/packed", compression({ threshold: 0 }))
    .use("/packed", serveStatic(root))
    .use("/static", serveStatic(root))
    .get("/static/route", () => new Response("route"))
    .get("/statics", () => new Response("another"));
  await server.start();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

describe("static files of serve-static", () => {
  it("have their content types, and an index", async () => {
    expect(await get("/static/app.js")).toMatchObject({
      status: 200,
      text: "0123456789",
      headers: { "content-type": "text/javascript; charset=utf-8", "content-length": "10", "accept-ranges": "bytes" },
    });
    expect(await get("/static/docs/")).toMatchObject({ status: 200, text: "<h1>docs</h1>" });
    expect(await get("/static/docs")).toMatchObject({ status: 301, headers: { location: "/static/docs/" } });
    expect(await send(server.endpoint(), "HEAD /static/app.js")).toMatchObject({
      status: 200,
      text: "",
      headers: { "content-length": "10" },
    });
  });

  it("are not sent again to who has them", async () => {
    const { etag = "", "last-modified": modified = "" } = (await get("/static/app.js")).headers;
    expect(await get("/static/app.js", { "if-none-match": etag })).toMatchObject({ status: 304, text: "" });
    expect((await get("/static/app.js", { "if-modified-since": modified })).status).toBe(304);
    expect((await get("/static/app.js", { "if-none-match": '"other"' })).status).toBe(200);
  });

  it("may be had in pieces", async () => {
    expect(await get("/static/app.js", { range: "bytes=2-4" })).toMatchObject({
      status: 206,
      text: "234",
      headers: { "content-range": "bytes 2-4/10" },
    });
    const beyond = await get("/static/app.js", { range: "bytes=20-" });
    expect([beyond.status, beyond.headers["content-range"]]).toEqual([416, "bytes */10"]);
  });

  it("are streamed, and a reader that leaves ends that", async () => {
    expect((await get("/static/large.bin")).body.length).toBe(large.length);
    await using connection = new RawConnection(server.endpoint());
    await connection.write("GET /static/large.bin HTTP/1.1", "Host: a", "").until("0123456789");
    connection.socket.destroy();
    expect((await get("/static/app.js")).status).toBe(200);
  });

  it("leave what they don't have to routes, and other prefixes alone", async () => {
    expect((await get("/static/route")).text).toBe("route");
    expect((await get("/statics")).text).toBe("another");
    expect((await get("/static/nope.js")).json).toMatchObject({ code: 404, reason: "ROUTE_NOT_FOUND" });
    expect((await get("/app.js")).status).toBe(404);
    expect((await send(server.endpoint(), "POST /static/app.js")).status).toBe(404);
  });

  it.each([
    "/static/../secret.txt",
    "/static/%2e%2e/secret.txt",
    "/static/..%2fsecret.txt",
    "/static/%2e%2e%2fsecret.txt",
    "/static/docs/../../secret.txt",
    "/static/..%5csecret.txt",
    "/static/%252e%252e/secret.txt",
    "/static//../secret.txt",
    "/static/.env",
    "/static/%2eenv",
    "/static/app.js%00",
    "/static/%zz",
    "/static/%c0%ae%c0%ae/secret.txt",
  ])("can't be left, and hide dotfiles: %s", async (path) => {
    const answer = await get(path);
    expect([301, 400, 404]).toContain(answer.status);
    expect(answer.text).not.toMatch(/^secret/);
  });

  it("may be packed by a filter before them", async () => {
    const answer = await get("/packed/app.js", { "accept-encoding": "gzip" });
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(answer.body).toString()).toBe("0123456789");
  });
});
