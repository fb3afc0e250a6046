import { brotliDecompressSync, gunzipSync } from "node:zlib";
import compression from "compression";
import cors from "cors";
import helmet from "helmet";
import { describe, expect, it, onTestFinished } from "vitest";
import { echo } from "../../testdata/echo.ts";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { send } from "../../testdata/http.ts";
import type { Filter } from "./filter.ts";
import { createHttpServer } from "./http-server.ts";

async function started(...filters: Filter[]): Promise<string> {
  const server = createHttpServer({ address: "127.0.0.1:0", filters })
    .service(Echo, echo)
    .get("/large", () => new Response("x".repeat(10_000), { headers: { "content-type": "text/plain" } }));
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.endpoint();
}

describe("filters", () => {
  it("may be cors, which answers preflights itself", async () => {
    const endpoint = await started(cors({ origin: "https://app.test", credentials: true }));
    const origin = { origin: "https://app.test" };
    const preflight = await send(endpoint, "OPTIONS /v1/items/7", {
      headers: { ...origin, "access-control-request-method": "GET" },
    });
    expect(preflight).toMatchObject({ status: 204, headers: { "access-control-allow-origin": "https://app.test" } });
    for (const path of ["/v1/items/7", "/large", "/nope"])
      expect(await send(endpoint, `GET ${path}`, { headers: origin })).toMatchObject({
        headers: { "access-control-allow-origin": "https://app.test", vary: "Origin" },
      });
  });

  it("may be compression, of replies of every kind", async () => {
    const endpoint = await started(compression({ threshold: 0 }));
    const headers = { "accept-encoding": "gzip" };
    const item = await send(endpoint, "GET /v1/items/7", { headers });
    expect(item.headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
    expect(JSON.parse(gunzipSync(item.body).toString())).toMatchObject({ id: "7" });
    const large = await send(endpoint, "GET /large", { headers });
    expect(large.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(large.body)).toHaveLength(10_000);
    const small = await send(endpoint, "GET /large", { headers: { "accept-encoding": "br, gzip" } });
    expect(small.headers["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(small.body)).toHaveLength(10_000);
    expect((await send(endpoint, "GET /v1/items/7")).json).toMatchObject({ id: "7" });
  });

  it("may be helmet", async () => {
    const endpoint = await started(helmet());
    expect((await send(endpoint, "GET /v1/items/7")).headers["x-content-type-options"]).toBe("nosniff");
  });

  it("run in order before routing, and may change where a request goes", async () => {
    const order: string[] = [];
    const endpoint = await started(
      (_request, _response, next) => {
        order.push("first");
        next();
      },
      (request, response, next) => {
        order.push("second");
        response.setHeader("x-filter", "1");
        request.url = request.url.replace("/old/", "/v1/");
        setImmediate(next);
      },
    );
    expect(await send(endpoint, "GET /old/items/7")).toMatchObject({ status: 200, headers: { "x-filter": "1" } });
    expect(order).toEqual(["first", "second"]);
  });

  it("fail with the status of their error, thrown, passed on or rejected", async () => {
    const failure = Object.assign(new Error("no entry"), { statusCode: 403 });
    const filters: Filter[] = [
      () => {
        throw failure;
      },
      (_request, _response, next) => next(failure),
      async () => {
        throw failure;
      },
    ];
    for (const filter of filters)
      expect((await send(await started(filter), "GET /v1/items/7")).json).toEqual({
        code: 403,
        reason: "",
        message: "no entry",
        metadata: {},
      });
    const plain = await started(() => {
      throw new Error("plain");
    });
    expect((await send(plain, "GET /v1/items/7")).json).toMatchObject({ code: 500, message: "plain" });
  });

  it("may have read and parsed the body", async () => {
    const endpoint = await started((request, _response, next) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        request.body = JSON.parse(Buffer.concat(chunks).toString());
        next();
      });
    });
    const answer = await send(endpoint, "POST /v1/items:lookup", { type: "application/json", body: '{"id":"8"}' });
    expect(answer.json).toMatchObject({ id: "8" });
  });

  it("may be for a prefix, which they don't see", async () => {
    const server = createHttpServer({ address: "127.0.0.1:0" })
      .use("/a/", (request, _response, next) => {
        request.seen = [request.url, request.originalUrl];
        next();
      })
      .use((request, response) => response.end(JSON.stringify([request.url, request.seen ?? null])));
    await server.start();
    await using _ = server;
    const seen = async (path: string) => (await send(server.endpoint(), `GET ${path}`)).json;
    expect(await seen("/a/b?c=/d")).toEqual(["/a/b?c=/d", ["/b?c=/d", "/a/b?c=/d"]]);
    expect(await seen("/a?x")).toEqual(["/a?x", ["/?x", "/a?x"]]);
    expect(await seen("/ab")).toEqual(["/ab", null]);
    expect(() => createHttpServer().use("a", () => {})).toThrow("must be a path such as");
  });

  it("may be added with use()", async () => {
    const server = createHttpServer({ address: "127.0.0.1:0" }).use((_request, response) => response.end("mine"));
    await server.start();
    await using _ = server;
    expect((await send(server.endpoint(), "GET /any")).text).toBe("mine");
  });
});
