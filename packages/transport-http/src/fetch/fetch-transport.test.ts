import { create, type DescMethod, type Message } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { createClient, type Transport } from "@connectrpc/connect";
import { KratosError, type Middleware } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echo as echoService, faults as faultsService } from "../../testdata/echo.ts";
import { Color, Echo, EverythingSchema, Faults } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { replyJson, startRawServer } from "../../testdata/raw-server.ts";
import { createHttpTransport as createNodeTransport } from "../client/http-transport.ts";
import { createHttpServer } from "../server/http-server.ts";
import { createHttpTransport, type FetchTransportOptions } from "./fetch-transport.ts";

async function setUp(options: Omit<FetchTransportOptions, "endpoint"> = {}) {
  const server = createHttpServer({ address: "127.0.0.1:0" }).service(Echo, echoService).service(Faults, faultsService);
  await server.start();
  const endpoint = server.endpoint();
  const transport = createHttpTransport({ endpoint, ...options });
  return {
    endpoint,
    transport,
    echo: createClient(Echo, transport),
    faults: createClient(Faults, transport),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A plain server, and clients of it. */
async function setUpRaw(
  reply: Parameters<typeof startRawServer>[0] = replyJson({}),
  options: Omit<FetchTransportOptions, "endpoint"> = {},
) {
  const server = await startRawServer(reply);
  const transport = createHttpTransport({ endpoint: server.url, ...options });
  return {
    server,
    transport,
    echo: createClient(Echo, transport),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const everything = create(EverythingSchema, {
  int64Value: 9007199254740993n,
  doubleValue: Number.NaN,
  stringValue: 'a "b/ü&c=%',
  bytesValue: new Uint8Array([0xfb, 0xff]),
  color: Color.BLUE,
  nested: { id: "n", child: { count: 3, tags: ["x", "y"] } },
  stringMap: { a: "1", "b c": "2" },
  choice: { case: "choiceText", value: "x" },
  wrappedInt32: 3,
  timestamp: { seconds: 1784032245n, nanos: 500_000_000 },
  fieldMask: { paths: ["a", "nested.child"] },
});

describe("a call over fetch", () => {
  it.each(["json", "protojson", "proto", undefined])(
    "brings everything there and back with codec %s",
    async (codec) => {
      await using peer = await setUp({ codec });
      // What is unset comes back as null, which is a value for a google.protobuf.Value.
      const { value: _, ...reply } = await peer.echo.postEverything(everything);
      expect({ ...reply, value: undefined }).toEqual({ ...everything, value: undefined });
    },
  );

  it("puts fields into path, query and named bodies", async () => {
    await using peer = await setUp();
    expect(await peer.echo.getItem({ id: "ü b" })).toMatchObject({ id: "ü b" });
    expect(await peer.echo.listItems({ pageSize: 5, tags: ["a", "b"] })).toMatchObject({
      pageSize: 5,
      tags: ["a", "b"],
    });
    const item = { title: "ü", priceCents: 9007199254740993n };
    expect(await peer.echo.createItem({ parent: "shelves/1", item })).toMatchObject({ parent: "shelves/1", item });
    expect(await peer.echo.bodyList({ id: "1", items: [{ id: "a" }] })).toMatchObject({ items: [{ id: "a" }] });
    expect(await peer.echo.replyText({ id: "1" })).toMatchObject({ text: "text of 1" });
    expect((await peer.echo.replyItems({ id: "1" })).items).toHaveLength(2);
    const data = new Uint8Array([0, 255]);
    expect(await peer.echo.raw({ contentType: "image/png", data })).toMatchObject({ contentType: "image/png", data });
  });

  it("asks the same of a server as the Node client, but for what the runtime adds", async () => {
    const inputs: [DescMethod, object][] = [
      [Echo.method.getItem, { id: "ü/1" }],
      [Echo.method.postEverything, everything],
      [Echo.method.bodyText, { id: "1", text: "x" }],
      [Echo.method.noRule, { id: "1" }],
      [Echo.method.deleteItem, { id: "1" }],
    ];
    await using server = await startRawServer((_, response) => response.writeHead(500).end());
    const seenBy = async (transport: Transport & AsyncDisposable): Promise<unknown[]> => {
      await using client = transport;
      for (const [method, input] of inputs)
        await client.unary(method as never, undefined, undefined, undefined, input as never).catch(() => {});
      return server.seen.splice(0).map(({ method, url, headers, body }) => {
        const { accept, "content-type": type } = headers;
        return { method, url, accept, type, body: body === "" ? "" : withoutUnset(JSON.parse(body)) };
      });
    };
    const ours = await seenBy(createHttpTransport({ endpoint: server.url }));
    expect(ours).toHaveLength(inputs.length);
    expect(ours).toEqual(await seenBy(createNodeTransport({ endpoint: server.url })));
  });

  it("has the caller's headers, and gives those of the reply", async () => {
    await using peer = await setUpRaw((_, response) =>
      response.writeHead(200, { "x-b": "2", "x-u": "\xc3\xbc" }).end(),
    );
    const seen: (string | null | undefined)[] = [];
    const onHeader = (headers: Headers): void => void seen.push(headers.get("x-b"), headers.get("x-u"));
    await peer.echo.nothing({}, { headers: { "x-a": "1" }, onHeader });
    expect(seen).toEqual(["2", "ü"]);
    expect(peer.server.seen[0]?.headers).toMatchObject({ "x-a": "1", accept: "application/protojson" });
  });

  it("runs the middleware", async () => {
    const seen: unknown[] = [];
    const middleware: Middleware = (next, info) => async (req, ctx) => {
      const reply = await next(req, ctx);
      seen.push([info.operation, ctx.transport?.url, (reply as Message).$typeName]);
      return reply;
    };
    await using peer = await setUpRaw(undefined, { middleware: [middleware] });
    await peer.echo.nothing({});
    expect(seen).toEqual([["/interop.v1.Echo/Nothing", `${peer.server.url}/v1/nothing`, EmptySchema.typeName]]);
  });

  it("stands below the path of its endpoint", async () => {
    await using server = await startRawServer(replyJson({}));
    await using transport = createHttpTransport({ endpoint: `${server.url}/api/` });
    await createClient(Echo, transport).nothing({});
    expect(server.seen[0]?.url).toBe("/api/v1/nothing");
  });

  it("speaks json to servers that don't know protojson", async () => {
    await using peer = await setUpRaw((request, response, incoming) => {
      if (request.headers["content-type"] === "application/json") replyJson({})(request, response, incoming);
      else {
        const message = "unregister Content-Type: application/protojson";
        replyJson({ code: 400, reason: "CODEC", message }, { status: 400 })(request, response, incoming);
      }
    });
    await peer.echo.postEverything({ stringValue: "a" });
    await peer.echo.postEverything({ stringValue: "a" });
    expect(peer.server.seen).toHaveLength(3);
  });

  it("reads 64-bit integers that a Go server writes as numbers", async () => {
    await using peer = await setUpRaw((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"int64_value":9007199254740993}');
    });
    expect((await peer.echo.getEverything({})).int64Value).toBe(9007199254740993n);
  });
});

describe("a call over fetch fails", () => {
  it("as the server says", async () => {
    await using peer = await setUp();
    const error = { code: 409, reason: "ALREADY_THERE", message: "there", metadata: { a: "b" } };
    const call = peer.faults.fail(error);
    await expect(call).rejects.toMatchObject(error);
    await expect(call).rejects.toBeInstanceOf(KratosError);
  });

  it("with 503 when there is no server, or the connection breaks", async () => {
    await using peer = await setUpRaw((_, response) => {
      response.writeHead(200, { "content-length": "10" }).write("{");
      response.destroy();
    });
    await expect(peer.echo.nothing({})).rejects.toMatchObject({
      code: 503,
      message: expect.stringMatching(/^the connection to http.* broke before the reply was complete: |^can't reach /),
    });
    const { url } = peer.server;
    await peer.server[Symbol.asyncDispose]();
    await using transport = createHttpTransport({ endpoint: url });
    await expect(createClient(Echo, transport).nothing({})).rejects.toMatchObject({
      code: 503,
      message: expect.stringMatching(/^can't reach http.*: connect ECONNREFUSED .*; is the server running there/),
    });
  });

  it("with 504 after the deadline and 499 when cancelled, on the wire too", async () => {
    let closed = Promise.withResolvers<void>();
    await using peer = await setUpRaw((_, response) => response.on("close", () => closed.resolve()));
    await expect(peer.echo.nothing({}, { timeoutMs: 20 })).rejects.toMatchObject({ code: 504 });
    await closed.promise;
    closed = Promise.withResolvers();
    const controller = new AbortController();
    const call = expect(peer.echo.nothing({}, { signal: controller.signal })).rejects.toMatchObject({ code: 499 });
    controller.abort();
    await call;
    const running = expect(peer.echo.nothing({}, { timeoutMs: 0 })).rejects.toMatchObject({
      code: 499,
      message: "the transport was closed",
    });
    await peer.transport[Symbol.asyncDispose]();
    await running;
    await expect(peer.echo.nothing({})).rejects.toMatchObject({ code: 499, message: "the transport was closed" });
  });

  it("with 429 beyond maxBodyBytes", async () => {
    await using peer = await setUpRaw(replyJson({ id: "x".repeat(200) }), { maxBodyBytes: 100 });
    await expect(peer.echo.getItem({ id: "7" })).rejects.toMatchObject({
      code: 429,
      message: `the reply of ${peer.server.url} is larger than maxBodyBytes (100)`,
    });
  });

  it("with the code of a redirect, which is not followed", async () => {
    await using peer = await setUp();
    await expect(peer.echo.redirect({ url: "/elsewhere", code: 302 })).rejects.toMatchObject({ code: 302, reason: "" });
  });

  it("with 302 where a browser hides the redirect", async () => {
    const hidden = { status: 0, type: "opaqueredirect", headers: new Headers(), body: null } as Response;
    await using transport = createHttpTransport({ endpoint: "https://x", fetch: async () => hidden });
    await expect(createClient(Echo, transport).nothing({})).rejects.toMatchObject({ code: 302 });
  });

  it("with 500 when the reply can't be read", async () => {
    await using peer = await setUpRaw((_, response) => response.end("<html>"));
    await expect(peer.echo.getItem({ id: "7" })).rejects.toMatchObject({ code: 500 });
  });
});

it.each(["unix:/tmp/x.sock", "discovery:///shop", "grpc://x", "ftp://x", "https://x?y"])(
  "refuses the endpoint %s",
  (endpoint) => {
    expect(() => createHttpTransport({ endpoint })).toThrow(`endpoint "${endpoint}"`);
  },
);

/** The Node client writes fields without a value too; servers read the same. */
function withoutUnset(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value)
    .map(([name, each]): [string, unknown] => [name, withoutUnset(each)])
    .filter(([, each]) => each !== null && each !== "" && each !== 0 && each !== false && !isEmpty(each));
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  if (value === "0" || (typeof value === "string" && /_UNSPECIFIED$|^COLOR_ZERO$/.test(value))) return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
