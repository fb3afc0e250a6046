import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { StatusSchema } from "@kratos-ts/core/proto/errors/errors_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { echo, faults } from "../../testdata/echo.ts";
import { Echo, Faults, GetItemRequestSchema, Streams } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { type Call, send } from "../../testdata/http.ts";
import { createHttpServer } from "./http-server.ts";

const server = createHttpServer({ address: "127.0.0.1:0" });
server.service(Echo, echo).service(Faults, faults).service(Streams, {});
beforeAll(() => server.start());
afterAll(() => server.stop());

const call = (what: string, options?: Call) => send(server.endpoint(), what, options);
const json = (body: unknown, rest: Call = {}): Call => ({
  type: "application/json",
  body: JSON.stringify(body),
  ...rest,
});

describe("a request is bound", () => {
  it.each([
    // what, body, some of the reply
    ["GET /v1/items/7?view=full&shelf=s", undefined, { id: "7", shelf: "s", view: "full" }],
    ["GET /v1/shelves/s1/items/7", undefined, { id: "7", shelf: "s1" }],
    ["POST /v1/items:lookup", { id: "7" }, { id: "7" }],
    ["POST /v1/items:lookup?id=8", { id: "7" }, { id: "7" }],
    [
      "GET /v1/items?page_size=5&pageToken=t&tags=a&tags=b&color=GREEN",
      undefined,
      { pageSize: 5, pageToken: "t", tags: ["a", "b"], color: "GREEN" },
    ],
    [
      "POST /v1/shelves/1/items?dryRun=true",
      { title: "T" },
      { parent: "shelves/1", item: { title: "T" }, dryRun: true },
    ],
    [
      "PATCH /v1/items/7?note=n&item.title=over",
      { id: "8", title: "T" },
      { item: { id: "7", title: "over" }, note: "n" },
    ],
    [
      "PUT /v1/everything/from-path",
      { stringValue: "from-body", int32Value: 5 },
      { stringValue: "from-path", int32Value: 5 },
    ],
    ["POST /v1/everything/p/nested?nested.count=9", { id: "n" }, { stringValue: "p", nested: { id: "n", count: 9 } }],
    [
      "GET /v1/typed/-1/9007199254740993/true/BLUE",
      undefined,
      { small: -1, large: "9007199254740993", flag: true, color: "BLUE" },
    ],
    [
      "GET /v1/known/2026-07-14T12:30:45.5Z/1m30s/x",
      undefined,
      { at: "2026-07-14T12:30:45.500Z", every: "90s", label: "x" },
    ],
    ["GET /v1/parents/p/children/c?parent.count=3", undefined, { parent: { id: "p", count: 3, child: { id: "c" } } }],
    ["GET /v1/letters/x-y-z", undefined, { a: "x-y", b: "z" }],
    ["GET /v1/files/a/b%2Fc.txt", undefined, { name: "files/a/b/c.txt" }],
    ["POST /v1/shelves/1/books/2:publish", { view: "v" }, { name: "shelves/1/books/2", view: "v" }],
    ["POST /v1/bodies/1/items", [{ id: "a" }, { id: "b" }], { id: "1", items: [{ id: "a" }, { id: "b" }] }],
    ["POST /v1/bodies/1/text", "text", { id: "1", text: "text" }],
    ["POST /v1/bodies/1/labels", { a: "b" }, { id: "1", labels: { a: "b" } }],
    ["POST /v1/bodies/1/struct", { a: [1, null] }, { id: "1", struct: { a: [1, null] } }],
    ["PURGE /v1/items/7?force=true", undefined, { id: "7", force: true }],
    ["POST /interop.v1.Echo/NoRule", { name: "n" }, { name: "n" }],
    ["POST /interop.v1.Echo/NoRule?name=q&view=v", { name: "n" }, { name: "q", view: "v" }],
    ["POST /interop.v1.Echo/NoRule?name=q", undefined, { name: "q" }],
  ])("%s with %j", async (what, body, reply) => {
    const answer = await call(what, body === undefined ? {} : json(body));
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/json" } });
    expect(answer.json).toMatchObject(reply);
  });

  it("with an own HEAD route, or by the GET route", async () => {
    expect(await call("HEAD /v1/items/7")).toMatchObject({ status: 200, text: "" });
    const head = await call("HEAD /v1/everything");
    const get = await call("GET /v1/everything");
    expect(head).toMatchObject({ status: 200, text: "", headers: { "content-length": String(get.body.length) } });
  });

  it("by one field of the reply", async () => {
    expect((await call("GET /v1/replies/7/item")).json).toMatchObject({ id: "7", priceCents: "9007199254740993" });
    expect((await call("GET /v1/replies/none/item")).json).toMatchObject({ id: "", color: "COLOR_UNSPECIFIED" });
    expect((await call("GET /v1/replies/7/items")).json).toMatchObject([{ id: "7" }, { id: "second" }]);
    expect((await call("GET /v1/replies/7/text")).json).toBe("text of 7");
    expect((await call("GET /v1/replies/7/labels")).json).toEqual({ id: "7" });
  });

  it("by raw bytes in google.api.HttpBody", async () => {
    const bytes = Buffer.from([0, 1, 0xff, 0xfe]);
    expect(await call("POST /v1/raw", { type: "image/png", body: bytes })).toMatchObject({
      headers: { "content-type": "image/png", "content-length": "4" },
      body: bytes,
    });
    expect((await call("POST /v1/uploads/a.txt?overwrite=true", { type: "text/x", body: "abc" })).json).toEqual({
      filename: "a.txt",
      contentType: "text/x",
      size: "3",
      overwrite: true,
      data: "YWJj",
    });
    const download = await call("GET /v1/downloads/a.txt");
    expect(download).toMatchObject({
      text: "content of a.txt",
      headers: { "content-type": "application/octet-stream" },
    });
    expect(await call("GET /v1/downloads/a.txt/field?contentType=text/csv")).toMatchObject({
      text: "content of a.txt",
      headers: { "content-type": "text/csv" },
    });
  });

  it("never to the prototype of anything", async () => {
    const body =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"stringMap":{"__proto__":"x","constructor":"y"}}';
    const posted = await call("POST /v1/everything", { type: "application/json", body });
    expect(Object.entries(posted.json.stringMap)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    const query =
      "stringMap[__proto__]=x&__proto__.polluted=1&constructor.prototype.polluted=1&nested.__proto__=1&int32Map[constructor]=1";
    const asked = await call(`GET /v1/everything?${query}`);
    expect([asked.status, Object.entries(asked.json.stringMap)]).toEqual([200, [["__proto__", "x"]]]);
    for (const path of ["/__proto__", "/constructor", "/v1/__proto__/x", "/v1/items/__proto__/x"])
      expect((await call(`GET ${path}`)).status).toBe(404);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("codecs", () => {
  it.each([
    [undefined, "application/json"],
    ["*/*", "application/json"],
    ["text/html", "application/json"],
    ["application/protojson", "application/protojson"],
    ["application/protojson; charset=utf-8", "application/protojson"],
    ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded"],
    ["application/proto", "application/proto"],
    ["application/json;q=0.1, application/proto", "application/proto"],
  ])("of the reply are chosen by Accept: %s gives %s", async (accept, type) => {
    const answer = await call("GET /v1/items/7", { accept });
    expect(answer.headers["content-type"]).toBe(type);
    if (type === "application/proto") expect(fromBinary(GetItemRequestSchema, answer.body).id).toBe("7");
  });

  it.each([
    ["application/json", '{"id":"7"}'],
    ["application/protojson; charset=utf-8", '{"id":"7"}'],
    ["APPLICATION/JSON", '{"id":"7"}'],
    ["application/x-www-form-urlencoded", "id=7"],
    ["application/proto", toBinary(GetItemRequestSchema, fromBinary(GetItemRequestSchema, Buffer.from([10, 1, 55])))],
  ])("of the body are chosen by Content-Type: %s", async (type, body) => {
    expect((await call("POST /v1/items:lookup", { type, body })).json).toMatchObject({ id: "7" });
  });

  it.each([undefined, "text/plain", "application/vnd.unknown", "multipart/form-data; boundary=x"])(
    "refuse a body of type %s",
    async (type) => {
      const answer = await call("POST /v1/items:lookup", { type, body: '{"id":"7"}' });
      expect([answer.status, answer.json.reason]).toEqual([400, "CODEC"]);
      expect(answer.json.message).toContain("application/protojson");
    },
  );

  it("take an empty body as the empty message", async () => {
    expect((await call("POST /v1/items:lookup")).status).toBe(200);
    expect((await call("POST /v1/items:lookup", { type: "application/json", body: "" })).status).toBe(200);
    expect((await call("POST /v1/items:lookup", { type: "text/plain", body: "" })).status).toBe(400);
  });

  it("of the user's own may replace one or come along", async () => {
    const upper = {
      name: "upper",
      encode: (value: unknown) => JSON.stringify(value).toUpperCase(),
      decode: () => ({ id: "d" }),
    };
    const own = createHttpServer({ address: "127.0.0.1:0", codecs: [upper] }).service(Echo, echo);
    await own.start();
    await using _ = own;
    const options = { type: "application/upper", accept: "application/upper", body: "x" };
    expect((await send(own.endpoint(), "POST /v1/items:lookup", options)).text).toContain('"ID":"D"');
  });
});

describe("what can't be read is refused with 400 CODEC that names it", () => {
  it.each([
    ["POST /v1/items:lookup", '{"id":7}', "id"],
    ["POST /v1/items:lookup", '{"id":', ""],
    ["POST /v1/items:lookup", "[]", ""],
    ["POST /v1/items:lookup", "null", ""],
    ["GET /v1/everything?int32Value=x", undefined, "int32Value"],
    ["GET /v1/everything?int32Value=1&int32Value=2", undefined, "int32Value"],
    ["GET /v1/typed/abc/1/true/RED", undefined, "small"],
    ["GET /v1/items/7?id=8&id=9", undefined, "id"],
    ["GET /v1/items/%zz", undefined, "percent"],
    ["GET /v1/items/%ff", undefined, "percent"],
  ])("%s %s", async (what, body, named) => {
    const answer = await call(what, { type: "application/json", body });
    expect([answer.status, answer.json.reason]).toEqual([400, "CODEC"]);
    expect(answer.json.message).toContain(named);
  });
});

describe("errors", () => {
  it("are encoded by Accept, with their code as status", async () => {
    const body = { code: 404, reason: "USER_NOT_FOUND", message: "no user é", metadata: { user: "7" } };
    expect(await call("POST /v1/fail", json(body))).toMatchObject({ status: 404, json: body });
    const binary = await call("POST /v1/fail", json(body, { accept: "application/proto" }));
    expect(fromBinary(StatusSchema, binary.body)).toMatchObject(body);
    const form = await call("POST /v1/fail", json(body, { accept: "application/x-www-form-urlencoded" }));
    expect(new URLSearchParams(form.text).get("reason")).toBe("USER_NOT_FOUND");
  });

  it.each([
    [204, 204],
    [418, 418],
    [600, 600],
    [999, 999],
    [0, 500],
    [99, 500],
    [101, 500],
    [1000, 500],
    [-1, 500],
  ])("with code %i have the status %i", async (code, status) => {
    expect((await call("POST /v1/fail", json({ code, reason: "R" }))).status).toBe(status);
  });

  it.each([
    ["/v1/fail-plain?message=boom", { code: 500, reason: "", message: "boom", metadata: {} }],
    [
      "/v1/fail-plain?message=boom&wrap=true",
      { code: 404, reason: "USER_NOT_FOUND", message: "inner boom", metadata: {} },
    ],
    ["/v1/fail-status/5?message=m", { code: 404, reason: "", message: "m", metadata: {} }],
    ["/v1/fail/TEAPOT?message=m", { code: 418, reason: "TEAPOT", message: "TEAPOT of m", metadata: {} }],
    ["/nope", { code: 404, reason: "ROUTE_NOT_FOUND", message: "no route for GET /nope", metadata: {} }],
    [
      "/v1/count/3",
      {
        code: 501,
        reason: "",
        message: "/interop.v1.Streams/Count is not implemented",
        metadata: {},
      },
    ],
  ])("GET %s", async (path, error) => {
    const answer = await call(`GET ${path}`);
    expect([answer.status, answer.json]).toEqual([error.code, error]);
  });

  it("tell which verbs a path takes", async () => {
    const answer = await call("POST /v1/items/7", json({}));
    expect(answer).toMatchObject({ status: 405, headers: { allow: "DELETE, GET, HEAD, PATCH, PURGE, PUT" } });
    expect(answer.json).toMatchObject({ code: 405, reason: "METHOD_NOT_ALLOWED" });
  });

  it("tell of methods that are left out, or give nothing", async () => {
    const bare = createHttpServer({ address: "127.0.0.1:0" }).service(Echo, { getItem: () => undefined as never });
    await bare.start();
    await using _ = bare;
    expect((await send(bare.endpoint(), "GET /v1/seen")).json).toMatchObject({
      code: 501,
      message: "/interop.v1.Echo/Seen is not implemented",
    });
    expect((await send(bare.endpoint(), "GET /v1/items/7")).json.message).toBe(
      "/interop.v1.Echo/GetItem gave undefined for a reply, not a interop.v1.GetItemRequest",
    );
  });
});

describe("the headers that a handler sets", () => {
  it.each([false, true])("are sent with the reply (failed: %s)", async (fail) => {
    const headers = { "x-from-server": "1", "X-Other": "é", "Content-Type": "text/evil", "Content-Length": "1" };
    const answer = await call("POST /v1/reply-headers", json({ headers, fail }));
    expect(answer).toMatchObject({
      status: fail ? 409 : 200,
      headers: { "x-from-server": "1", "x-other": "é", "content-type": "application/json" },
    });
  });

  it("can't break out of their line", async () => {
    const answer = await call("POST /v1/reply-headers", json({ headers: { "x-a": "1\r\nx-b: 2" } }));
    expect([answer.status, answer.headers["x-b"]]).toEqual([500, undefined]);
    const typed = await call("GET /v1/downloads/a?contentType=text/plain%0d%0ax-b:2");
    expect([typed.status, typed.headers["x-b"]]).toEqual([200, undefined]);
  });
});

describe("paths", () => {
  it.each([
    ["/v1/items/7/", "/v1/items/7"],
    ["/v1/items/7/?view=v", "/v1/items/7?view=v"],
    ["/v1/items/7/?", "/v1/items/7?"],
    ["/v1//items/7", "/v1/items/7"],
    ["/v1/./items/7", "/v1/items/7"],
    ["/v1/files/a/../b?x=%2F", "/v1/files/b?x=%2F"],
    ["/v1/files/%2e%2e/x", "/v1/x"],
    ["/v1/files/a/", "/v1/files/a"],
    ["/v1/items/caf%C3%A9/", "/v1/items/caf%C3%A9"],
    ["/v1/files/", "/v1/files"],
  ])("%s moves to %s", async (path, location) => {
    expect(await call(`GET ${path}`)).toMatchObject({ status: 301, headers: { location } });
  });

  it.each(["/V1/items/7", "/v1/shelves/a%2Fb", "/v1/items:lookup/x", "/", "/v1/files", "/nope/"])(
    "%s is not found",
    async (path) => {
      expect((await call(`GET ${path}`)).status).toBe(404);
    },
  );

  it("may come as an absolute URL, or as * about the server", async () => {
    expect((await call("GET http://other.test/v1/items/7?view=v")).json).toMatchObject({ id: "7", view: "v" });
    expect((await call("OPTIONS *")).status).toBe(200);
    expect((await call("GET *")).status).toBe(400);
  });
});

describe("a handler", () => {
  it("sees its call", async () => {
    const { json } = await call("GET /v1/seen", { headers: { "X-Two": ["a", "b"] } });
    expect(json).toMatchObject({
      kind: "http",
      operation: "/interop.v1.Echo/Seen",
      pathTemplate: "/v1/seen",
      hasDeadline: true,
      headers: { "x-two": { values: ["a", "b"] } },
    });
  });

  it("sees it as Connect's handlers do, too", async () => {
    const own = createHttpServer({ address: "127.0.0.1:0" }).service(Echo, {
      getItem(request, ctx) {
        expect(ctx).toMatchObject({
          protocolName: "http",
          requestMethod: "GET",
          method: Echo.method.getItem,
          service: Echo,
        });
        expect(ctx.transport.peer).toMatch(/^127\.0\.0\.1:\d+$/);
        ctx.responseTrailer.set("ignored", "1");
        return { id: ctx.url, view: ctx.requestHeader.get("x-a") ?? "", shelf: request.id };
      },
    });
    await own.start();
    await using _ = own;
    const answer = await send(own.endpoint(), "GET /v1/items/7?x=1", { headers: { "X-A": "1" } });
    expect(answer.json).toEqual({ id: `${own.endpoint()}/v1/items/7?x=1`, view: "1", shelf: "7" });
  });

  it("may be a class with state", async () => {
    class Items {
      readonly shelf = "of the instance";
      getItem(): { shelf: string } {
        return { shelf: this.shelf };
      }
    }
    const own = createHttpServer({ address: "127.0.0.1:0" }).service(Echo, new Items());
    await own.start();
    await using _ = own;
    expect((await send(own.endpoint(), "GET /v1/items/7")).json).toMatchObject({ shelf: "of the instance" });
  });
});
