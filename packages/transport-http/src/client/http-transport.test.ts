import { create } from "@bufbuild/protobuf";
import { createClient, createContextValues } from "@connectrpc/connect";
import { createContextKey, KratosError, type Middleware } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { Color, Echo, EverythingSchema, Faults, Streams } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { replyJson, startRawServer } from "../../testdata/raw-server.ts";
import { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";

type Options = Omit<HttpTransportOptions, "endpoint">;

/** A server that answers everything with one reply, and a client of it. */
async function setUp(reply: Parameters<typeof startRawServer>[0] = replyJson({}), options: Options = {}) {
  const server = await startRawServer(reply);
  const transport = createHttpTransport({ endpoint: server.url, ...options });
  return {
    server,
    transport,
    echo: createClient(Echo, transport),
    faults: createClient(Faults, transport),
    /** The only request so far. */
    get request() {
      expect(server.seen).toHaveLength(1);
      return server.seen[0] as (typeof server.seen)[number];
    },
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const failure = async (call: Promise<unknown>): Promise<KratosError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KratosError);
  return error as KratosError;
};

describe("a request", () => {
  it("has its verb, path and query from the rule, and no body where the rule has none", async () => {
    await using peer = await setUp();
    await peer.echo.getItem({ id: "a b", view: "full text" });
    expect(peer.request).toMatchObject({ method: "GET", url: "/v1/items/a%20b?view=full+text", body: "" });
    expect(peer.request.headers).toMatchObject({ accept: "application/protojson", "user-agent": "kratos-ts" });
    expect(peer.request.headers).not.toHaveProperty("content-type");
  });

  it("looks fields of several words up by their original names", async () => {
    await using peer = await setUp();
    await peer.echo.listItems({ pageSize: 3, pageToken: "t", color: Color.BLUE, tags: ["b", "a"] });
    expect(peer.request.url).toBe("/v1/items?color=BLUE&pageSize=3&pageToken=t&tags=b&tags=a");
  });

  it("carries the whole message as body", async () => {
    await using peer = await setUp();
    await peer.echo.publishBook({ name: "shelves/s/books/b", view: "v" });
    expect(peer.request).toMatchObject({ method: "POST", url: "/v1/shelves/s/books/b:publish" });
    expect(peer.request.headers["content-type"]).toBe("application/protojson");
    expect(JSON.parse(peer.request.body)).toMatchObject({ name: "shelves/s/books/b", view: "v" });
  });

  it("carries a field as body and the others as query", async () => {
    await using peer = await setUp();
    await peer.echo.updateItem({ item: { id: "7", title: "T" }, updateMask: { paths: ["title"] }, note: "n" });
    expect(peer.request).toMatchObject({ method: "PATCH", url: "/v1/items/7?note=n&updateMask=title" });
    expect(JSON.parse(peer.request.body)).toMatchObject({ id: "7", title: "T" });
  });

  it("has no body bytes when the body field is not set", async () => {
    await using peer = await setUp();
    await peer.echo.createItem({ parent: "shelves/s", dryRun: true });
    expect(peer.request).toMatchObject({ method: "POST", url: "/v1/shelves/s/items?dryRun=true", body: "" });
  });

  it("uses custom verbs", async () => {
    await using peer = await setUp();
    await peer.echo.purgeItem({ id: "7" });
    expect(peer.request).toMatchObject({ method: "PURGE", url: "/v1/items/7" });
  });

  it("takes an empty reply to HEAD as the empty message", async () => {
    await using peer = await setUp((_, response) => response.end());
    expect((await peer.echo.headItem({ id: "7" })).id).toBe("");
    expect(peer.request.method).toBe("HEAD");
  });

  it("adds the headers of the call and of middleware, but keeps those of the message", async () => {
    const middleware: Middleware = (next) => (req, ctx) => {
      ctx.transport?.requestHeader.append("x-md-global-b", "grüße");
      return next(req, ctx);
    };
    await using peer = await setUp(replyJson({}), { middleware: [middleware], userAgent: "shop/1.0" });
    const headers = {
      "X-A": "1",
      "content-type": "text/plain",
      "transfer-encoding": "chunked",
      accept: "application/json",
    };
    await peer.echo.raw({ contentType: "text/csv", data: new Uint8Array([65]) }, { headers });
    const { headers: seen } = peer.request;
    expect(seen).toMatchObject({ "x-a": "1", "content-type": "text/csv", accept: "application/json" });
    expect(seen["user-agent"]).toBe("shop/1.0 kratos-ts");
    expect(Buffer.from(seen["x-md-global-b"] as string, "latin1").toString()).toBe("grüße");
  });

  it("stands below the path of the endpoint", async () => {
    await using server = await startRawServer(replyJson({}));
    await using transport = createHttpTransport({ endpoint: `${server.url}/api/` });
    await createClient(Echo, transport).nothing({});
    expect(server.seen[0]?.url).toBe("/api/v1/nothing");
  });

  it("is refused before it is sent when a path variable is empty", async () => {
    await using peer = await setUp();
    expect(await failure(peer.echo.getItem({ view: "v" }))).toMatchObject({
      code: 400,
      reason: "CODEC",
      message: "field id of the request: it is empty, but it is part of the path",
    });
    expect(peer.server.seen).toHaveLength(0);
  });
});

describe("a message that can't be written", () => {
  it.each([
    ["text for a number", { int32Value: "x" as never }],
    ["a time that no timestamp has", { timestamp: { seconds: 10n ** 15n } }],
  ])("is refused before it is sent: %s", async (_, init) => {
    await using peer = await setUp();
    for (const call of [peer.echo.postEverything, peer.echo.getEverything])
      expect(await failure(call(init))).toMatchObject({ code: 400, reason: "CODEC" });
    expect(peer.server.seen).toHaveLength(0);
  });
});

describe("a method without a rule", () => {
  it("is a POST with its fields as query", async () => {
    await using peer = await setUp();
    await peer.echo.noRule({ name: "n", revision: 2 });
    expect(peer.request).toMatchObject({
      method: "POST",
      url: "/interop.v1.Echo/NoRule?name=n&revision=2",
      body: "",
    });
  });

  it("carries everything in the body for a server that finds the query too long, and remembers it", async () => {
    await using peer = await setUp((request, response) => {
      if (request.url.length > 10_000) response.writeHead(431).end();
      else replyJson({ name: "ok" })(request, response, response.req);
    });
    const name = "x".repeat(10_000);
    expect((await peer.echo.noRule({ name })).name).toBe("ok");
    expect((await peer.echo.noRule({ name })).name).toBe("ok");
    expect(peer.server.seen.map((request) => request.url.length > 10_000)).toEqual([true, false, false]);
    expect(JSON.parse(peer.server.seen[2]?.body ?? "")).toMatchObject({ name });
  });
});

describe("the codec", () => {
  it("is json for a server that does not know protojson, from the second request on", async () => {
    await using peer = await setUp((request, response) => {
      const refused = request.headers["content-type"] === "application/protojson";
      const message = "unregister Content-Type: application/protojson";
      const body = refused ? { code: 400, reason: "CODEC", message } : JSON.parse(request.body);
      replyJson(body, { status: refused ? 400 : 200, type: "application/json" })(request, response, response.req);
    });
    expect(await peer.echo.cancelItem({ name: "a" })).toMatchObject({ name: "a" });
    expect(await peer.echo.cancelItem({ name: "b" })).toMatchObject({ name: "b" });
    expect(peer.server.seen.map((request) => request.headers["content-type"])).toEqual([
      "application/protojson",
      "application/json",
      "application/json",
    ]);
  });

  it("as json can be read by both kinds of Kratos servers, and is protojson again for one of v3", async () => {
    let isNew = false;
    await using peer = await setUp((request, response) => {
      const isJson = request.headers["content-type"] === "application/json";
      const message = isNew
        ? "body unmarshal json: cannot unmarshal string into Go struct field Everything.timestamp of type timestamppb.Timestamp"
        : "unregister Content-Type: application/protojson";
      const error = { code: 400, reason: "CODEC", message };
      replyJson(isJson === isNew ? error : {}, { status: isJson === isNew ? 400 : 200 })(
        request,
        response,
        response.req,
      );
    });
    const init = { int64Value: 5n, color: Color.BLUE, timestamp: { seconds: 5n } };
    await peer.echo.postEverything({ ...init, choice: { case: "choiceText", value: "x" } });
    expect(JSON.parse(peer.server.seen[1]?.body ?? "")).toEqual({
      int64_value: 5,
      color: 7,
      timestamp: "1970-01-01T00:00:05Z",
      choice_text: "x",
      // Makes Go's struct JSON refuse the body, which would lose the member otherwise.
      Choice: { ChoiceText: "x" },
    });
    isNew = true;
    await peer.echo.postEverything(init);
    await peer.echo.postEverything(init);
    const types = peer.server.seen.map((request) => request.headers["content-type"]?.slice("application/".length));
    expect(types).toEqual(["protojson", "json", "json", "protojson", "protojson"]);
  });

  it("stays protojson when a server that knows it passes such an error on", async () => {
    let calls = 0;
    await using peer = await setUp((request, response) => {
      const error = { code: 400, reason: "CODEC", message: "unregister Content-Type: application/protojson" };
      replyJson(calls++ === 0 ? {} : error, { status: calls === 1 ? 200 : 400 })(request, response, response.req);
    });
    await peer.echo.cancelItem({ name: "a" });
    expect(await failure(peer.echo.cancelItem({ name: "b" }))).toMatchObject({ code: 400, reason: "CODEC" });
    expect(peer.server.seen).toHaveLength(2);
  });

  it("can be chosen", async () => {
    await using peer = await setUp(undefined, { codec: "json" });
    await peer.echo.cancelItem({ name: "a" });
    expect(peer.request.headers).toMatchObject({ accept: "application/json", "content-type": "application/json" });
  });

  it("may be binary", async () => {
    await using peer = await setUp(
      (_, response) => {
        response.writeHead(200, { "content-type": "application/proto" });
        response.end(Buffer.from([0x0a, 0x01, 0x62]));
      },
      { codec: "proto" },
    );
    expect((await peer.echo.cancelItem({ name: "a" })).name).toBe("b");
    expect(peer.request.headers).toMatchObject({ accept: "application/proto", "content-type": "application/proto" });
    expect(peer.request.body).toBe("\n\x01a");
  });

  it("has to be known", () => {
    expect(() => createHttpTransport({ endpoint: "localhost:1", codec: "toml" })).toThrow(
      /there is no codec "toml": there are .*proto/,
    );
  });

  it("is json for body fields that are no messages, which Go can't read as protojson", async () => {
    await using peer = await setUp();
    await peer.echo.bodyList({ id: "1", items: [{ id: "a", priceCents: 9007199254740993n, color: Color.BLUE }] });
    expect(peer.request.headers["content-type"]).toBe("application/json");
    expect(peer.request.body).toBe('[{"id":"a","price_cents":9007199254740993,"color":7}]');
  });

  it("is Go's own for the well-known types in them, once a server says that it is written in Go", async () => {
    await using peer = await setUp((request, response) => {
      const isText = request.body.includes('"created_at":"');
      const message =
        "body unmarshal json: cannot unmarshal string into Go struct field Item.created_at of type timestamppb.Timestamp";
      const error = { code: 400, reason: "CODEC", message };
      replyJson(isText ? error : {}, { status: isText ? 400 : 200 })(request, response, response.req);
    });
    await peer.echo.bodyList({ id: "1", items: [{ createdAt: { seconds: 5n, nanos: 7 } }] });
    expect(peer.server.seen[1]?.body).toBe('[{"created_at":{"seconds":5,"nanos":7}}]');
  });

  it("asks for json where a reply field is no message, and reads what Go makes of it", async () => {
    const items = [{ id: "7", price_cents: 5, color: 7, created_at: { seconds: 1784032245, nanos: 500000000 } }];
    await using peer = await setUp(replyJson(items, { type: "application/json" }));
    const reply = await peer.echo.replyItems({ id: "1" });
    expect(peer.request.headers.accept).toBe("application/json");
    expect(reply.items).toMatchObject([
      { id: "7", priceCents: 5n, color: Color.BLUE, createdAt: { seconds: 1784032245n, nanos: 500000000 } },
    ]);
  });
});

describe("a reply", () => {
  it("is read by its content type, and as JSON when that is unknown", async () => {
    for (const type of ["application/protojson", "application/json; charset=utf-8", "text/html", "Application/JSON"]) {
      await using peer = await setUp(replyJson({ id: "7", nope: 1 }, { type }));
      expect(await peer.echo.getItem({ id: "7" })).toMatchObject({ id: "7" });
    }
  });

  it("may be the struct JSON of Go", async () => {
    const body = `{"int64_value":9007199254740993,"color":7,"odd_name":"y","Choice":{"ChoiceNested":{"count":2}},
      "wrapped_int32":{"value":3},"wrapped_bool":{},"timestamp":{"seconds":5},"field_mask":{"paths":["a","b"]}}`;
    await using peer = await setUp((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(body);
    });
    expect(await peer.echo.getEverything({})).toMatchObject({
      int64Value: 9007199254740993n,
      color: Color.BLUE,
      oddName: "y",
      choice: { case: "choiceNested", value: { count: 2 } },
      wrappedInt32: 3,
      wrappedBool: false,
      timestamp: { seconds: 5n },
      fieldMask: { paths: ["a", "b"] },
    });
  });

  it("sets the field that response_body names", async () => {
    await using peer = await setUp(replyJson({ id: "7" }));
    expect((await peer.echo.replyItem({ id: "1" })).item?.id).toBe("7");
  });

  it("passes raw bodies through both ways", async () => {
    await using peer = await setUp((request, response) => {
      response.writeHead(200, { "content-type": "text/csv" });
      response.end(request.body);
    });
    const data = new TextEncoder().encode("a,b");
    expect(await peer.echo.raw({ contentType: "text/plain", data })).toMatchObject({ contentType: "text/csv", data });
    expect(peer.request).toMatchObject({ body: "a,b", headers: { "content-type": "text/plain" } });
    expect((await peer.echo.downloadField({ filename: "f" })).file).toMatchObject({ contentType: "text/csv" });
  });

  it("gives its headers and trailers to those who ask", async () => {
    await using peer = await setUp((_, response) => {
      response.writeHead(200, { "content-type": "application/json", trailer: "x-end", "x-a": ["1", "2"] });
      response.write("{}");
      response.addTrailers({ "x-end": "bye" });
      response.end();
    });
    let header: Headers | undefined;
    let trailer: Headers | undefined;
    await peer.echo.nothing(
      {},
      {
        onHeader(value) {
          header = value;
        },
        onTrailer(value) {
          trailer = value;
        },
      },
    );
    expect(header?.get("X-A")).toBe("1, 2");
    expect(trailer?.get("x-end")).toBe("bye");
  });

  it("that can't be decoded is a 500", async () => {
    await using peer = await setUp((_, response) => response.end("<html>"));
    const error = await failure(peer.echo.getItem({ id: "7" }));
    expect(error).toMatchObject({ code: 500, reason: "" });
    expect(error.message).toMatch(/^the reply without a content type can't be decoded: /);
  });
});

describe("an error reply", () => {
  const status = { code: 404, reason: "USER_NOT_FOUND", message: "no user", metadata: { user: "7" } };

  it("is the error that the server threw, with the code of the status", async () => {
    await using peer = await setUp(replyJson(status, { status: 503 }));
    expect(await failure(peer.faults.failPlain({}))).toMatchObject({ ...status, code: 503 });
  });

  it.each([
    ["null metadata", '{"reason":"R","metadata":null}', "application/json", "R"],
    ["unknown fields", '{"reason":"R","details":[1]}', "application/json", "R"],
    ["code as text", '{"code":"400","reason":"R"}', "application/protojson", "R"],
    ["html", "<html>", "text/html", ""],
    ["metadata of numbers", '{"reason":"R","metadata":{"a":1}}', "application/json", ""],
    ["an array", "[]", "application/json", ""],
    ["nothing", "", "application/json", ""],
    ["plain text", "404 page not found\n", "text/plain", ""],
  ])("with %s", async (_, body, type, reason) => {
    await using peer = await setUp((_request, response) => {
      response.writeHead(418, { "content-type": type });
      response.end(body);
    });
    const error = await failure(peer.faults.failPlain({}));
    expect(error).toMatchObject({ code: 418, reason, message: "" });
    expect(error.cause === undefined).toBe(reason !== "");
  });

  it("is a redirect too: it is not followed", async () => {
    await using peer = await setUp((_, response) => response.writeHead(302, { location: "/elsewhere" }).end());
    const error = await failure(peer.echo.redirect({ url: "/elsewhere", code: 302 }));
    expect(error).toMatchObject({ code: 302, reason: "", message: "" });
    expect(String(error.cause)).toContain("redirects to /elsewhere");
    expect(peer.server.seen).toHaveLength(1);
  });

  it("leaves its headers to middleware", async () => {
    const seen: (string | null | undefined)[] = [];
    const middleware: Middleware = (next) => async (req, ctx) => {
      try {
        return await next(req, ctx);
      } finally {
        seen.push(ctx.transport?.replyHeader.get("retry-after"));
      }
    };
    await using peer = await setUp((_, response) => response.writeHead(429, { "retry-after": "5" }).end(), {
      middleware: [middleware],
    });
    expect((await failure(peer.echo.nothing({}))).code).toBe(429);
    expect(seen).toEqual(["5"]);
  });
});

describe("middleware", () => {
  it("is composed once for a method, and sees the call", async () => {
    const composed: string[] = [];
    const seen: unknown[] = [];
    const middleware: Middleware = (next, info) => {
      composed.push(`${info.side} ${info.kind} ${info.operation}`);
      return async (req, ctx) => {
        const { transport } = ctx;
        seen.push([req.$typeName, transport?.url, transport?.peer, transport?.pathTemplate, transport?.requestMethod]);
        const reply = await next(req, ctx);
        seen.push([reply.$typeName, transport?.url, transport?.peer]);
        return reply;
      };
    };
    await using peer = await setUp(replyJson({}), { middleware: [middleware] });
    await peer.echo.getItem({ id: "7" });
    await peer.echo.getItem({ id: "7" });
    expect(composed).toEqual(["client http /interop.v1.Echo/GetItem"]);
    const address = peer.server.url.slice("http://".length);
    expect(seen.slice(0, 2)).toEqual([
      ["interop.v1.GetItemRequest", `${peer.server.url}/v1/items/{id}`, undefined, "/v1/items/{id}", "GET"],
      ["interop.v1.GetItemRequest", `${peer.server.url}/v1/items/7`, address],
    ]);
  });

  it("may send a request again, and may answer itself", async () => {
    const retry: Middleware = (next) => (req, ctx) => next(req, ctx).catch(() => next(req, ctx));
    let calls = 0;
    await using peer = await setUp(
      (request, response) => {
        replyJson({ id: "7" }, { status: calls++ === 0 ? 503 : 200 })(request, response, response.req);
      },
      { middleware: [retry] },
    );
    expect((await peer.echo.getItem({ id: "7" })).id).toBe("7");
    await using other = await setUp(undefined, { middleware: [() => async () => ({ id: "cached" })] });
    expect((await other.echo.getItem({ id: "7" })).$typeName).toBe("interop.v1.GetItemRequest");
    expect(other.server.seen).toHaveLength(0);
  });

  it("finds the contextValues of the call in its context", async () => {
    const key = createContextKey("none");
    const seen: string[] = [];
    const middleware: Middleware = (next) => (req, ctx) => {
      seen.push(ctx.get(key));
      return next(req, ctx);
    };
    await using peer = await setUp(undefined, { middleware: [middleware] });
    await peer.echo.nothing({}, { contextValues: createContextValues().set(key, "given") });
    await peer.echo.nothing({});
    expect(seen).toEqual(["given", "none"]);
  });

  it("that throws something else makes a KratosError of it", async () => {
    await using peer = await setUp(undefined, {
      middleware: [
        () => async () => {
          throw new RangeError("out of range");
        },
      ],
    });
    const error = await failure(peer.echo.nothing({}));
    expect(error).toMatchObject({ code: 500, reason: "", message: "out of range" });
    expect(error.cause).toBeInstanceOf(RangeError);
  });
});

it("takes messages as well as inits", async () => {
  await using peer = await setUp();
  await peer.echo.getEverything(create(EverythingSchema, { stringValue: "x" }));
  expect(peer.request.url).toBe("/v1/everything?stringValue=x");
});

it("refuses streaming methods for now", async () => {
  await using transport = createHttpTransport({ endpoint: "localhost:1" });
  const replies = createClient(Streams, transport).count({ upto: 3 })[Symbol.asyncIterator]();
  expect(await failure(replies.next())).toMatchObject({
    code: 501,
    message: "/interop.v1.Streams/Count: streaming over HTTP is not supported yet; use createGrpcTransport",
  });
});
