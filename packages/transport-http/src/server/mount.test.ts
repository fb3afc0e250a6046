import { currentContext } from "@kratos-ts/core";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { describe, expect, it, onTestFinished } from "vitest";
import { send } from "../../testdata/http.ts";
import { createHttpServer, type HttpServer } from "./http-server.ts";

async function started(set: (server: HttpServer) => void): Promise<string> {
  const server = createHttpServer({ address: "127.0.0.1:0" });
  set(server);
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.endpoint();
}

describe("a mount", () => {
  it("may be a Hono app", async () => {
    const app = new Hono()
      .get("/hello/:name", (c) => c.text(`hello ${c.req.param("name")}`))
      .post("/echo", async (c) => c.json(await c.req.json()))
      .get("/events", (c) =>
        streamSSE(c, async (stream) => {
          await stream.writeSSE({ data: "one" });
          await stream.writeSSE({ data: "two" });
        }),
      );
    const endpoint = await started((it) => it.mount("/app", app));
    expect((await send(endpoint, "GET /app/hello/x")).text).toBe("hello x");
    expect((await send(endpoint, "POST /app/echo", { type: "application/json", body: '{"a":1}' })).json).toEqual({
      a: 1,
    });
    expect((await send(endpoint, "GET /app/events")).text).toBe("data: one\n\ndata: two\n\n");
    expect(await send(endpoint, "GET /app/nope")).toMatchObject({ status: 404, text: "404 Not Found" });
  });

  it("sees paths without the prefix, or with it", async () => {
    const tell = (request: Request): Response => new Response(request.url.replace(/^http:\/\/[^/]*/, ""));
    const endpoint = await started((it) => it.mount("/cut/", tell).mount("/whole", tell, { stripPrefix: false }));
    expect((await send(endpoint, "GET /cut/a?b=c")).text).toBe("/a?b=c");
    expect((await send(endpoint, "GET /cut")).text).toBe("/");
    expect((await send(endpoint, "GET /cut?x")).text).toBe("/?x");
    expect((await send(endpoint, "GET /cut/")).text).toBe("/");
    expect((await send(endpoint, "GET /whole/a?b=c")).text).toBe("/whole/a?b=c");
    expect((await send(endpoint, "GET /cutter")).status).toBe(404);
  });

  it("with the longest prefix wins, after every route", async () => {
    const named = (name: string) => () => new Response(name);
    const endpoint = await started((it) =>
      it.mount("/", named("root")).mount("/a", named("a")).mount("/a/b", named("b")).get("/a/route", named("route")),
    );
    const paths = ["/", "/x/y", "/a/x", "/a/b", "/a/b/c", "/a/route"];
    const texts = await Promise.all(paths.map(async (path) => (await send(endpoint, `GET ${path}`)).text));
    expect(texts).toEqual(["root", "root", "a", "b", "b", "route"]);
    expect((await send(endpoint, "POST /a/route")).text).toBe("a");
  });

  it("gets the call's context, has no time limit, and is no part of the middleware chain", async () => {
    const server = createHttpServer({
      address: "127.0.0.1:0",
      timeoutMs: 20,
      middleware: [() => () => Promise.reject(new Error("not this way"))],
    });
    server.mount("/x", async (_request, ctx) => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return Response.json([ctx.deadline ?? null, ctx.transport.operation, currentContext() === ctx]);
    });
    await server.start();
    await using _ = server;
    expect((await send(server.endpoint(), "GET /x")).json).toEqual([null, "/x", true]);
  });

  it("can't be left by a path that climbs", async () => {
    const endpoint = await started((it) =>
      it.mount("/files", (request) => new Response(new URL(request.url).pathname)),
    );
    for (const path of [
      "/files/../secret",
      "/files/%2e%2e/secret",
      "/files/..%2fsecret",
      "/files/a/%2e%2e/%2e%2e/secret",
    ])
      expect(await send(endpoint, `GET ${path}`)).toMatchObject({ status: 301, headers: { location: "/secret" } });
    expect((await send(endpoint, "GET /files/..%5csecret")).text).not.toContain("/../");
  });

  it("answers errors of its handler like a route, and limits bodies", async () => {
    const endpoint = await started((it) =>
      it
        .mount("/throws", () => {
          throw new Error("boom");
        })
        .mount("/reads", async (request: Request) => new Response(await request.text()), { maxBodyBytes: 3 }),
    );
    expect((await send(endpoint, "GET /throws")).json).toMatchObject({ code: 500, message: "boom" });
    expect((await send(endpoint, "POST /reads", { body: "1234" })).status).toBe(413);
    expect((await send(endpoint, "POST /reads", { body: "123" })).text).toBe("123");
  });

  it.each(["app", "/a?b", "//"])("refuses the prefix %j", (prefix) => {
    expect(() => createHttpServer().mount(prefix, () => new Response())).toThrow("must be a path such as");
  });
});
