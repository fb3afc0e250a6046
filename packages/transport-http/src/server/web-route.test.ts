import { type Context, currentContext, KratosError, type Middleware } from "@kratos-ts/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawConnection, send } from "../../testdata/http.ts";
import { createHttpServer, type HttpServer } from "./http-server.ts";
import type { HttpServerOptions } from "./options.ts";
import { redirect } from "./redirect.ts";
import { pathParams } from "./web-route.ts";

async function started(set: (server: HttpServer) => void, options: HttpServerOptions = {}): Promise<string> {
  const server = createHttpServer({ address: "127.0.0.1:0", ...options });
  set(server);
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.endpoint();
}

describe("a hand-written route", () => {
  it("gets a web-standard Request and answers with a Response", async () => {
    const endpoint = await started((it) =>
      it.post("/orders/{id}", async (request, ctx) => {
        const { searchParams, pathname } = new URL(request.url);
        const seen = { ...pathParams(ctx), pathname, q: searchParams.get("q"), body: await request.json() };
        return Response.json(seen, { status: 201, headers: { "x-a": request.headers.get("x-a") ?? "" } });
      }),
    );
    const answer = await send(endpoint, "POST /orders/a%20b?q=%C3%A9", { body: '{"n":1}', headers: { "x-a": "1" } });
    expect(answer).toMatchObject({ status: 201, headers: { "x-a": "1", "content-type": "application/json" } });
    expect(answer.json).toEqual({ id: "a b", pathname: "/orders/a%20b", q: "é", body: { n: 1 } });
  });

  it("is there for every verb", async () => {
    const handler = (request: Request): Response => new Response(request.method);
    const endpoint = await started((it) =>
      it
        .get("/x", handler)
        .post("/x", handler)
        .put("/x", handler)
        .patch("/x", handler)
        .delete("/x", handler)
        .route("purge", "/x", handler),
    );
    for (const verb of ["GET", "POST", "PUT", "PATCH", "DELETE", "PURGE"])
      expect((await send(endpoint, `${verb} /x`)).text).toBe(verb);
    const refused = await send(endpoint, "OPTIONS /x");
    expect(refused).toMatchObject({ status: 405, headers: { allow: "DELETE, GET, HEAD, PATCH, POST, PURGE, PUT" } });
  });

  it("runs through the middleware, with its path template as operation", async () => {
    const seen: unknown[] = [];
    const watch: Middleware = (next, info) => async (request, ctx) => {
      seen.push([
        info.operation,
        info.kind,
        info.side,
        ctx.transport?.operation,
        ctx.transport?.pathTemplate,
        ctx.method,
      ]);
      expect(currentContext()).toBe(ctx);
      ctx.transport?.replyHeader.set("x-watched", "yes");
      return next(request, ctx);
    };
    const endpoint = await started((it) => it.get("/a/{b}", () => new Response("x")), { middleware: [watch] });
    const answer = await send(endpoint, "GET /a/1");
    expect(answer.headers["x-watched"]).toBe("yes");
    expect(seen).toEqual([["/a/{b}", "http", "server", "/a/{b}", "/a/{b}", undefined]]);
  });

  it("throws errors as a service method does", async () => {
    const endpoint = await started((it) =>
      it
        .get("/typed", () => {
          throw new KratosError({ code: 409, reason: "TAKEN", message: "m", metadata: { a: "b" } });
        })
        .get("/plain", async () => {
          throw new Error("boom");
        })
        .get("/nothing", () => undefined as unknown as Response),
    );
    const typed = await send(endpoint, "GET /typed");
    expect([typed.status, typed.json]).toEqual([
      409,
      { code: 409, reason: "TAKEN", message: "m", metadata: { a: "b" } },
    ]);
    expect((await send(endpoint, "GET /plain")).json).toMatchObject({ code: 500, reason: "", message: "boom" });
    expect((await send(endpoint, "GET /nothing")).json.message).toBe(
      "/nothing gave undefined for a reply, not a Response",
    );
  });

  it("redirects, thrown or returned", async () => {
    const endpoint = await started((it) =>
      it
        .get("/a/thrown", () => {
          throw redirect("there?x=1");
        })
        .get("/a/returned", () => redirect("https://example.test/", 308))
        .post("/a/post", () => redirect("/done", 303)),
    );
    expect(await send(endpoint, "GET /a/thrown")).toMatchObject({ status: 302, headers: { location: "/a/there?x=1" } });
    expect(await send(endpoint, "GET /a/returned")).toMatchObject({
      status: 308,
      headers: { location: "https://example.test/", "content-type": "text/html; charset=utf-8" },
      text: '<a href="https://example.test/">Permanent Redirect</a>.\n\n',
    });
    expect(await send(endpoint, "POST /a/post")).toMatchObject({
      status: 303,
      headers: { location: "/done" },
      text: "",
    });
  });

  it("takes uploads", async () => {
    const endpoint = await started((it) =>
      it.post("/upload", async (request) => {
        const file = (await request.formData()).get("file") as File;
        return Response.json({ name: file.name, type: file.type, text: await file.text() });
      }),
    );
    const form = new FormData();
    form.set("file", new File(["content"], "a.txt", { type: "text/plain" }));
    const answer = await fetch(`${endpoint}/upload`, { method: "POST", body: form });
    expect(await answer.json()).toEqual({ name: "a.txt", type: "text/plain", text: "content" });
  });

  it("need not read the body that it was sent", async () => {
    const endpoint = await started((it) => it.post("/x", () => new Response("ok")));
    await using connection = new RawConnection(endpoint);
    const body = "x".repeat(300_000);
    connection.write("POST /x HTTP/1.1", "Host: a", `Content-Length: ${body.length}`, "").socket.write(body);
    connection.write("GET /healthz HTTP/1.1", "Host: a", "");
    expect(await connection.until("SERVING")).toContain("ok");
  });

  it("may stop reading half-way", async () => {
    const endpoint = await started((it) =>
      it.post("/x", async (request) => {
        const reader = request.body?.getReader();
        await reader?.read();
        await reader?.cancel();
        return new Response("enough");
      }),
    );
    await using connection = new RawConnection(endpoint);
    const body = "x".repeat(2_000_000);
    connection.write("POST /x HTTP/1.1", "Host: a", `Content-Length: ${body.length}`, "").socket.write(body);
    connection.write("GET /healthz HTTP/1.1", "Host: a", "");
    expect(await connection.until("SERVING")).toContain("enough");
  });

  it("answers HEAD with the headers of GET", async () => {
    const endpoint = await started((it) => it.get("/x", () => new Response("body", { headers: { "x-a": "1" } })));
    expect(await send(endpoint, "HEAD /x")).toMatchObject({ status: 200, text: "", headers: { "x-a": "1" } });
  });

  it("sends several cookies, its own headers and those of the call", async () => {
    const endpoint = await started((it) =>
      it.get("/x", (_request, ctx: Context) => {
        ctx.transport?.replyHeader.append("set-cookie", "c=3");
        const headers = new Headers([
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
          ["connection", "x"],
        ]);
        return new Response(null, { status: 204, headers });
      }),
    );
    const answer = await send(endpoint, "GET /x");
    expect(answer).toMatchObject({ status: 204, headers: { "set-cookie": ["a=1", "b=2", "c=3"] } });
    expect(answer.headers["content-length"]).toBeUndefined();
  });

  it("sends what is there with its length, and streams what is not", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const endpoint = await started((it) =>
      it
        .get("/whole", () => new Response("whole"))
        .get("/empty", () => new Response(""))
        .get("/stream", () => {
          const body = new ReadableStream({
            async start(controller) {
              controller.enqueue(Buffer.from("first"));
              await promise;
              controller.enqueue(Buffer.from("second"));
              controller.close();
            },
          });
          return new Response(body);
        }),
    );
    expect((await send(endpoint, "GET /whole")).headers["content-length"]).toBe("5");
    expect((await send(endpoint, "GET /empty")).headers["content-length"]).toBe("0");
    await using connection = new RawConnection(endpoint);
    await connection.write("GET /stream HTTP/1.1", "Host: a", "").until("first");
    resolve();
    expect(await connection.until("second")).toContain("Transfer-Encoding: chunked");
  });

  it("streams beyond its time limit, which is for the reply to begin", async () => {
    const endpoint = await started(
      (it) =>
        it.get("/stream", () => {
          let count = 0;
          const body = new ReadableStream({
            async pull(controller) {
              await new Promise((resolve) => setTimeout(resolve, 15));
              if (++count === 5) controller.close();
              else controller.enqueue(Buffer.from(String(count)));
            },
          });
          return new Response(body);
        }),
      { timeoutMs: 30 },
    );
    expect((await send(endpoint, "GET /stream")).text).toBe("1234");
  });

  it("answers an error of its body before the body has begun, and cuts the connection afterwards", async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    const endpoint = await started((it) =>
      it
        .get("/early", () => new Response(new ReadableStream({ pull: () => Promise.reject(new Error("broken")) })))
        .get("/late", () => {
          const body = new ReadableStream({
            async start(controller) {
              controller.enqueue(Buffer.from("begun"));
              await promise;
            },
          });
          return new Response(body);
        }),
    );
    expect((await send(endpoint, "GET /early")).json).toMatchObject({ code: 500, message: "broken" });
    // Half a reply must not look like a whole one.
    await using connection = new RawConnection(endpoint);
    await connection.write("GET /late HTTP/1.1", "Host: a", "").until("begun");
    reject(new Error("broken"));
    expect((await connection.end()).endsWith("0\r\n\r\n")).toBe(false);
    expect((await send(endpoint, "GET /healthz")).status).toBe(200);
  });

  it("has a time limit of its own, if it has one", async () => {
    const endpoint = await started((it) => it.get("/x", { handler: () => new Promise(() => {}), timeoutMs: 20 }), {
      timeoutMs: 0,
    });
    expect((await send(endpoint, "GET /x")).status).toBe(504);
  });

  it("says what is wrong with a path template", () => {
    expect(() => createHttpServer().get("/users/{id:[0-9]+}", () => new Response())).toThrow("no regular expressions");
  });

  it("refuses what can't be a Request", async () => {
    const endpoint = await started((it) => it.get("/x", () => new Response("x")));
    await using connection = new RawConnection(endpoint);
    connection.write("GET /x HTTP/1.1", "Host: a b", "Connection: close", "");
    expect(await connection.end()).toContain("HTTP/1.1 400");
  });
});
