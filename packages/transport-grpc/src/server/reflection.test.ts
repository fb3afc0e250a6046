import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createFileRegistry, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { errorUnauthorized, GrpcCode, type Middleware } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { ensureGrpcurl } from "../../../../tools/external/grpcurl.ts";
import { failureOf } from "../../testdata/echo-client.ts";
import { readAll, Source, type StreamsPair, startPair } from "../../testdata/streams-client.ts";
import { ServerReflection, type ServerReflectionRequestSchema } from "../gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "../gen/grpc/reflection/v1alpha/reflection_pb.ts";

type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]>;

async function ask(pair: StreamsPair, ...questions: Question[]) {
  async function* requests() {
    for (const messageRequest of questions) yield { host: "h", messageRequest };
  }
  const replies = await readAll(createClient(ServerReflection, pair.transport).serverReflectionInfo(requests()));
  return replies.map(({ messageResponse }) => messageResponse);
}

const symbol = (value: string): Question => ({ case: "fileContainingSymbol", value });

async function filesOf(pair: StreamsPair, ...questions: Question[]) {
  const answers = await ask(pair, ...questions);
  return answers.map((answer) => {
    if (answer.case !== "fileDescriptorResponse") throw new Error(`got ${answer.case}`);
    return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  });
}

describe.each([
  ["v1", ServerReflection],
  ["v1alpha", ServerReflectionAlpha],
])("grpc.reflection.%s", (version, service) => {
  it("lists the services, its own too", async () => {
    await using pair = await startPair();
    async function* requests() {
      yield { host: "h", messageRequest: { case: "listServices", value: "*" } as const };
    }
    const [reply] = await readAll(createClient(service, pair.transport).serverReflectionInfo(requests()));
    expect(reply).toMatchObject({ validHost: "h", originalRequest: { host: "h" } });
    expect(reply?.$typeName).toBe(`grpc.reflection.${version}.ServerReflectionResponse`);
    const { messageResponse } = reply!;
    if (messageResponse.case !== "listServicesResponse") throw new Error(`got ${messageResponse.case}`);
    expect(messageResponse.value.service.map(({ name }) => name)).toEqual([
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "interop.v1.Echo",
      "interop.v1.Faults",
      "interop.v1.Streams",
    ]);
  });
});

describe("descriptors", () => {
  it.each([
    "interop.v1.Echo",
    "interop.v1.Streams.Chat",
    "interop.v1.Everything",
    "interop.v1.ChatRequest.command",
    "interop.v1.ErrorReason",
    "interop.v1.USER_NOT_FOUND",
  ])("are found by the full name %s", async (name) => {
    await using pair = await startPair();
    const [files] = await filesOf(pair, symbol(name));
    expect(files?.[0]?.name).toBe("interop/v1/interop.proto");
  });

  it("come with all that they import, and are whole", async () => {
    await using pair = await startPair();
    const [files = []] = await filesOf(pair, symbol("interop.v1.Echo"));
    expect(files.map(({ name }) => name)).toContain("google/protobuf/descriptor.proto");
    const names = new Set(files.map(({ name }) => name));
    for (const { dependency } of files) for (const name of dependency) expect(names).toContain(name);
    const registry = createFileRegistry(files[0]!, (name) => files.find((file) => file.name === name));
    expect(registry.getService("interop.v1.Echo")?.methods.length).toBeGreaterThan(40);
  });

  it("are sent once on a stream, except for the one that is asked for", async () => {
    await using pair = await startPair();
    const annotations: Question = { case: "fileByFilename", value: "google/api/annotations.proto" };
    const [first, second, third] = await filesOf(pair, annotations, annotations, symbol("interop.v1.Echo"));
    expect(first!.length).toBeGreaterThan(1);
    expect(second!.map(({ name }) => name)).toEqual(["google/api/annotations.proto"]);
    expect(third!.map(({ name }) => name)).not.toContain("google/api/annotations.proto");
  });

  it("of extensions are found by their numbers", async () => {
    await using pair = await startPair();
    const containingType = "google.protobuf.MethodOptions";
    const [numbers] = await ask(pair, { case: "allExtensionNumbersOfType", value: containingType });
    expect(numbers).toMatchObject({ value: { baseTypeName: containingType, extensionNumber: [72295728] } });
    const number: Question = {
      case: "fileContainingExtension",
      value: { containingType, extensionNumber: 72295728 },
    };
    const [files] = await filesOf(pair, number);
    expect(files?.[0]?.name).toBe("google/api/annotations.proto");
  });

  it("that are unknown are an answer, and the stream goes on", async () => {
    await using pair = await startPair();
    const value = { containingType: "interop.v1.Item", extensionNumber: 1 };
    const answers = await ask(
      pair,
      { case: "fileByFilename", value: "no.proto" },
      symbol("interop.v1.No"),
      { case: "fileContainingExtension", value },
      { case: "allExtensionNumbersOfType", value: "No" },
      { case: "allExtensionNumbersOfType", value: "interop.v1.Item" },
    );
    const errorCode = GrpcCode.NOT_FOUND;
    expect(answers).toMatchObject([
      { value: { errorCode, errorMessage: "unknown file no.proto" } },
      { value: { errorCode, errorMessage: "unknown symbol interop.v1.No" } },
      { value: { errorCode, errorMessage: "unknown extension 1 of interop.v1.Item" } },
      { value: { errorCode, errorMessage: "unknown type No" } },
      { value: { extensionNumber: [] } },
    ]);
  });
});

describe("the service", () => {
  it("is behind the middleware, so that who may not call may not look", async () => {
    const deny: Middleware = () => () => Promise.reject(errorUnauthorized("UNAUTHORIZED", "no token"));
    await using pair = await startPair({ middleware: [deny] });
    expect(await failureOf(ask(pair, symbol("interop.v1.Echo")))).toMatchObject({ code: 401 });
  });

  it("can be switched off", async () => {
    await using pair = await startPair({ reflection: false });
    expect(await failureOf(ask(pair, symbol("interop.v1.Echo")))).toMatchObject({ code: 501 });
  });

  it("refuses a question without a question", async () => {
    await using pair = await startPair();
    expect(await failureOf(ask(pair, { case: undefined }))).toMatchObject({ code: 400 });
  });

  it("does not hold up a stop", async () => {
    await using pair = await startPair();
    const requests = new Source<{ messageRequest: Question }>();
    const replies = createClient(ServerReflection, pair.transport)
      .serverReflectionInfo(requests)
      [Symbol.asyncIterator]();
    requests.push({ messageRequest: symbol("interop.v1.Echo") });
    await replies.next();
    await pair.server.stop();
    expect(await failureOf(replies.next())).toMatchObject({ code: 503 });
  });
});

const grpcurl = await ensureGrpcurl();
describe.skipIf(!grpcurl)("grpcurl without a proto file", () => {
  const run = promisify(execFile);
  const curl = async ({ server }: StreamsPair, ...args: string[]): Promise<string> => {
    const address = server.endpoint().slice("grpc://".length);
    const flags = args.filter((arg) => arg.startsWith("-")).flatMap((arg) => arg.split("="));
    const rest = args.filter((arg) => !arg.startsWith("-"));
    return (await run(grpcurl!, ["-plaintext", ...flags, address, ...rest])).stdout;
  };

  it("lists, describes and calls", async () => {
    await using pair = await startPair();
    expect((await curl(pair, "list")).split("\n")).toContain("interop.v1.Streams");
    expect(await curl(pair, "list", "interop.v1.Faults")).toContain("interop.v1.Faults.FailPlain");
    expect(await curl(pair, "describe", "interop.v1.Echo.GetItem")).toContain("/v1/shelves/{shelf}/items/{id}");
    expect(await curl(pair, "describe", "interop.v1.ErrorReason")).toContain("(.errors.code) = 404");
    expect(JSON.parse(await curl(pair, '-d={"id":"7"}', "interop.v1.Echo/GetItem"))).toEqual({ id: "7" });
    const counted = await curl(pair, '-d={"upto":2}', "interop.v1.Streams/Count");
    expect(counted.replace(/\s/g, "")).toBe('{"number":1}{"number":2}');
    const health = await curl(pair, "grpc.health.v1.Health/Check");
    expect(JSON.parse(health)).toEqual({ status: "SERVING" });
  });
});
