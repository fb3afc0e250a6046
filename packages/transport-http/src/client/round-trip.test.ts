import {
  create,
  createFileRegistry,
  type DescMessage,
  type DescMethod,
  type DescService,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { currentContext } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echo as echoService, faults as faultsService } from "../../testdata/echo.ts";
import {
  Color,
  Echo,
  ErrorReason,
  EverythingSchema,
  Faults,
  file_interop_v1_interop,
} from "../../testdata/gen/interop/v1/interop_pb.ts";
import { createHttpServer, type HttpServer } from "../server/http-server.ts";
import { createHttpTransport, type HttpTransportOptions } from "./http-transport.ts";

async function setUp(options: Omit<HttpTransportOptions, "endpoint"> = {}, set?: (server: HttpServer) => void) {
  const server = createHttpServer({ address: "127.0.0.1:0" });
  server.service(Echo, echoService).service(Faults, faultsService);
  set?.(server);
  await server.start();
  const transport = createHttpTransport({ endpoint: server.endpoint(), ...options });
  return {
    transport,
    echo: createClient(Echo, transport),
    faults: createClient(Faults, transport),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const time = { seconds: 1784032245n, nanos: 500_000_000 };
// Unset it would come back as null: Kratos writes that for every unset message, and for a Value it is a value.
const value = { kind: { case: "stringValue", value: "v" } } as const;
const everything: MessageInitShape<typeof EverythingSchema> = {
  doubleValue: 1e21,
  floatValue: -0.5,
  int64Value: 9007199254740993n,
  uint64Value: 2n ** 64n - 1n,
  boolValue: true,
  stringValue: "a b/ü&c=%",
  bytesValue: new Uint8Array([0xfb, 0xff]),
  color: Color.BLUE,
  nested: { id: "n", child: { count: 3, tags: ["x", "y"] } },
  oddName: "odd",
  stringList: ["b", "a"],
  stringMap: { a: "1", "b c": "2" },
  choice: { case: "choiceText", value: "x" },
  maybeInt32: 0,
  wrappedInt32: 3,
  wrappedBool: false,
  timestamp: time,
  duration: { seconds: 90n, nanos: 500_000_000 },
  fieldMask: { paths: ["a_b", "c"] },
  value,
};
const bodyOnly: MessageInitShape<typeof EverythingSchema> = {
  ...everything,
  nestedList: [{ id: "x" }, {}],
  timestampList: [time],
  nestedMap: { a: { count: 1 }, b: {} },
  boolKeyMap: { true: "t" },
  struct: { a: [1, null, "x"] },
  empty: {},
  maybeString: "",
};

const calls: [keyof typeof Echo.method, object][] = [
  ["getEverything", everything],
  ["postEverything", bodyOnly],
  ["putEverything", { ...bodyOnly, stringValue: "a b" }],
  ["postNested", { stringValue: "s", nested: { id: "n" }, int32List: [1, 2], value }],
  ["getItem", { id: "a b:c+d%", view: "v" }],
  ["listItems", { pageSize: 3, pageToken: "t", tags: ["x", "y"], readMask: { paths: ["a_b"] } }],
  ["createItem", { parent: "shelves/s 1", item: { id: "7", priceCents: 5n, createdAt: time }, dryRun: true }],
  ["updateItem", { item: { id: "7", title: "T" }, updateMask: { paths: ["price_cents"] }, note: "n" }],
  ["replaceItem", { item: { id: "7" }, updateMask: { paths: ["price_cents"] } }],
  ["deleteItem", { id: "7", force: true }],
  ["purgeItem", { id: "7", force: true }],
  ["cancelItem", { name: "a" }],
  ["getShelf", { name: "shelves/s1", revision: 2 }],
  ["getBook", { name: "shelves/s/books/b" }],
  ["publishBook", { name: "shelves/s/books/b", view: "v" }],
  ["getFile", { name: "files/a/b c/d" }],
  ["getTypedPath", { small: -5, large: 9007199254740993n, flag: false, color: Color.COLOR_UNSPECIFIED, note: "n" }],
  ["getKnownPath", { at: time, every: { seconds: 1n }, label: "l" }],
  ["getOddPath", { ratio: 1.5, blob: new Uint8Array([0xfb, 0xff]), color: Color.RED }],
  ["getNestedPath", { parent: { id: "p", count: 3, child: { id: "c", count: 4 } }, note: "n" }],
  ["getOneLetter", { a: "x", b: "y" }],
  ["bodyList", { id: "1", items: [{ id: "a", priceCents: 2n ** 60n, color: Color.BLUE, createdAt: time }] }],
  ["bodyText", { id: "1", text: 'say "hi"' }],
  ["bodyMap", { id: "1", labels: { a: "b" } }],
  ["bodyStruct", { id: "1", struct: { a: 1 }, labels: { k: "v" } }],
  ["noRule", { name: "n w", view: "v", revision: 2 }],
  ["raw", { contentType: "text/csv", data: new Uint8Array([1, 2, 3]) }],
  ["nothing", {}],
];

describe.each([undefined, "json", "protojson", "proto"])("with the codec %s", (codec) => {
  it.each(calls)("%s arrives and comes back as it was", async (name, init) => {
    await using peer = await setUp({ codec });
    const call = peer.echo[name] as (init: object) => Promise<unknown>;
    expect(await call(init)).toEqual(
      create(Echo.method[name].input as DescMessage, init as MessageInitShape<DescMessage>),
    );
  });

  it("reads single fields of replies", async () => {
    await using peer = await setUp({ codec });
    const item = expect.objectContaining({ id: "q", priceCents: 9007199254740993n, color: Color.GREEN });
    expect((await peer.echo.replyItem({ id: "q" })).item).toEqual(item);
    expect((await peer.echo.replyItems({ id: "q" })).items[0]).toEqual(item);
    expect((await peer.echo.replyText({ id: "q" })).text).toBe("text of q");
    expect((await peer.echo.replyLabels({ id: "q" })).labels).toEqual({ id: "q" });
  });

  it("brings errors back", async () => {
    await using peer = await setUp({ codec });
    const error = { code: 418, reason: "TEAPOT", message: "ünd", metadata: { a: "b" } };
    await expect(peer.faults.fail(error)).rejects.toMatchObject(error);
    await expect(peer.faults.failReason({ reason: ErrorReason.USER_NOT_FOUND, message: "m" })).rejects.toMatchObject({
      code: 404,
      reason: "USER_NOT_FOUND",
    });
    await expect(peer.faults.failPlain({ message: "boom" })).rejects.toMatchObject({ code: 500, reason: "" });
  });
});

/** A method on `Everything` without a rule. */
function undeclaredService(): DescService & { method: { put: DescMethod } } {
  const file = create(FileDescriptorProtoSchema, {
    name: "undeclared.proto",
    package: "test",
    syntax: "proto3",
    dependency: [file_interop_v1_interop.proto.name],
    service: [
      {
        name: "Undeclared",
        method: [{ name: "Put", inputType: ".interop.v1.Everything", outputType: ".interop.v1.Everything" }],
      },
    ],
  });
  const registry = createFileRegistry(file, () => file_interop_v1_interop);
  return registry.getService("test.Undeclared") as ReturnType<typeof undeclaredService>;
}

it.each([
  ["that fits a query", everything],
  ["that does not", bodyOnly],
  ["that is long", { ...bodyOnly, stringValue: "x".repeat(100_000) }],
])("a message %s survives a method without a rule", async (_, init) => {
  const service = undeclaredService();
  await using peer = await setUp({}, (server) =>
    server.service(service, { put: (request: never) => request } as object),
  );
  const client = createClient(service, peer.transport) as unknown as { put(init: object): Promise<unknown> };
  for (let i = 0; i < 2; i++) expect(await client.put(init)).toEqual(create(EverythingSchema, init));
});

it("carries headers both ways", async () => {
  await using peer = await setUp();
  const seen = await peer.echo.seen({}, { headers: { "x-md-global-a": "grüße" } });
  expect(seen.headers["x-md-global-a"]?.values).toHaveLength(1);
  let header: Headers | undefined;
  await peer.echo.replyHeaders(
    { headers: { "x-a": "1" } },
    {
      onHeader(value) {
        header = value;
      },
    },
  );
  expect(header?.get("x-a")).toBe("1");
});

it("cancels the service's work when the caller gives up", async () => {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  const sleep = async (_: unknown, { signal }: { signal: AbortSignal }) => {
    signal.addEventListener("abort", () => aborted.resolve(signal.reason));
    started.resolve();
    await aborted.promise;
    return {};
  };
  const server = createHttpServer({ address: "127.0.0.1:0" }).service(Echo, { sleep });
  await server.start();
  await using _ = server;
  await using transport = createHttpTransport({ endpoint: server.endpoint() });
  const controller = new AbortController();
  const call = createClient(Echo, transport).sleep({ millis: 1 }, { signal: controller.signal });
  const failed = expect(call).rejects.toMatchObject({ code: 499 });
  await started.promise;
  controller.abort();
  await failed;
  expect(await aborted.promise).toMatchObject({ code: 499 });
});

it("gives calls made in a handler its deadline", async () => {
  await using inner = await setUp();
  const remaining: (number | undefined)[] = [];
  const relay = async () => {
    const context = currentContext();
    remaining.push(context?.timeoutMs());
    await inner.echo.sleep({ millis: 60_000 });
    return {};
  };
  const server = createHttpServer({ address: "127.0.0.1:0", timeoutMs: 50 }).service(Echo, { relay });
  await server.start();
  await using _ = server;
  await using transport = createHttpTransport({ endpoint: server.endpoint() });
  await expect(createClient(Echo, transport).relay({})).rejects.toMatchObject({ code: 504 });
  expect(remaining[0]).toBeLessThanOrEqual(50);
});
