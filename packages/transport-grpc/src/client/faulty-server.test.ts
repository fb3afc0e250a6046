import { constants } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack, DurationSchema } from "@bufbuild/protobuf/wkt";
import { KratosError } from "@kratos-ts/core";
import { ErrorInfoSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { StatusSchema } from "@kratos-ts/core/proto/google/rpc/status_pb.js";
import { describe, expect, it } from "vitest";
import { echoClient, failureOf } from "../../testdata/echo-client.ts";
import { answer, answerOnce, nameFrame, type RawCall, RawServer } from "../../testdata/raw-server.ts";
import { startProxy, startTcpServer } from "../../testdata/tcp-server.ts";
import { frame } from "../frame.ts";
import type { GrpcStatusError } from "../status.ts";

const containing = (text: string): unknown => expect.stringContaining(text);

/** What a call to a server that answers so ends with; the same connection then still works. */
async function failureWith(onCall: (call: RawCall) => void): Promise<KratosError> {
  await using server = await RawServer.start((call) => (call.index === 0 ? onCall(call) : answer(call)));
  await using client = echoClient(server.endpoint);
  const error = await failureOf(client.echo.noRule({}, { timeoutMs: 5000 }));
  expect((await client.echo.noRule({})).name).toBe("raw");
  return error;
}

describe("errors of a server", () => {
  it("arrive with code, reason, message and metadata", async () => {
    const info = create(ErrorInfoSchema, { reason: "USER_NOT_FOUND", metadata: { id: "7" } });
    const details = [anyPack(DurationSchema, create(DurationSchema, { seconds: 3n })), anyPack(ErrorInfoSchema, info)];
    const status = toBinary(StatusSchema, create(StatusSchema, { code: 5, message: "no üser", details }));
    const error = await failureWith((call) =>
      answer(call, {
        chunks: [],
        trailers: {
          "grpc-status": "5",
          "grpc-message": "other",
          "grpc-status-details-bin": Buffer.from(status).toString("base64"),
        },
      }),
    );
    expect(error).toMatchObject({ code: 404, reason: "USER_NOT_FOUND", message: "no üser", metadata: { id: "7" } });
    expect((error.cause as GrpcStatusError).findDetails(DurationSchema)).toMatchObject([{ seconds: 3n }]);
  });

  it.each([
    [1, 499],
    [2, 500],
    [3, 400],
    [4, 504],
    [8, 429],
    [14, 503],
    [99, 500],
  ])("with the gRPC status %i have the code %i", async (status, code) => {
    const error = await failureWith((call) => answerOnce(call, { "grpc-status": String(status) }));
    expect(error).toBeInstanceOf(KratosError);
    expect(error).toMatchObject({ code, reason: "", message: "" });
  });
});

describe("a reply that is none of gRPC", () => {
  it.each([
    ["400", 500],
    ["401", 401],
    ["403", 403],
    ["404", 501],
    ["429", 503],
    ["502", 503],
    ["503", 503],
    ["504", 503],
    ["500", 500],
    ["204", 500],
  ])("with HTTP status %s has the code %i", async (status, code) => {
    const error = await failureWith((call) => answerOnce(call, { ":status": status, "content-type": "text/html" }));
    expect(error).toMatchObject({ code, message: containing(`HTTP status ${status}, content-type text/html`) });
  });

  it("is refused by its content-type", async () => {
    const error = await failureWith((call) =>
      answer(call, { headers: { "content-type": "application/json" }, chunks: [Buffer.from("{}")], trailers: false }),
    );
    expect(error).toMatchObject({ code: 500, message: containing("HTTP status 200, content-type application/json") });
  });

  it("is taken at its word when it has a grpc-status", async () => {
    const error = await failureWith((call) => answerOnce(call, { ":status": "503", "grpc-status": "7" }));
    expect(error.code).toBe(403);
  });

  it("without a status has the code 500", async () => {
    expect(await failureWith((call) => answer(call, { trailers: false }))).toMatchObject({
      code: 500,
      message: containing("no grpc-status"),
    });
    expect(await failureWith((call) => answer(call, { trailers: { "x-other": "1" } }))).toMatchObject({
      code: 500,
      message: containing("no grpc-status"),
    });
    expect(await failureWith((call) => answer(call, { trailers: { "grpc-status": "fine" } }))).toMatchObject({
      code: 500,
      message: containing('"fine"'),
    });
  });

  it.each<[string, Uint8Array[], number, string]>([
    ["without a message", [], 501, "there was no message"],
    ["with two messages", [nameFrame("a"), nameFrame("b")], 501, "more than one message"],
    ["with flags that do not exist", [Uint8Array.of(7, 0, 0, 0, 0)], 500, "flags 0x7"],
    ["with half a prefix", [Uint8Array.of(0, 0, 0)], 500, "in the middle of a message"],
    ["with half a message", [nameFrame("cut short").subarray(0, 9)], 500, "in the middle of a message"],
    ["with bytes that are no message", [frame(Uint8Array.of(0x0a, 0x7f, 1))], 500, "NameRequest"],
    ["with a compressed message and no encoding", [frame(Uint8Array.of(1), true)], 500, "no compression"],
  ])("%s is an error that says so", async (_, chunks, code, message) => {
    expect(await failureWith((call) => answer(call, { chunks }))).toMatchObject({ code, message: containing(message) });
  });

  it("with broken gzip is an error that says so", async () => {
    const error = await failureWith((call) =>
      answer(call, { headers: { "grpc-encoding": "gzip" }, chunks: [frame(Uint8Array.of(1, 2, 3), true)] }),
    );
    expect(error).toMatchObject({ code: 500, message: containing("no valid gzip") });
  });

  it("with a message and then an error is the error", async () => {
    const error = await failureWith((call) => answer(call, { trailers: { "grpc-status": "10" } }));
    expect(error.code).toBe(409);
  });
});

describe("a stream that the server resets", () => {
  it.each([
    ["NO_ERROR", 500, "no grpc-status"],
    ["PROTOCOL_ERROR", 500, "reset the call with PROTOCOL_ERROR"],
    ["INTERNAL_ERROR", 500, "reset the call with INTERNAL_ERROR"],
    ["CANCEL", 499, "reset the call with CANCEL"],
    ["ENHANCE_YOUR_CALM", 429, "reset the call with ENHANCE_YOUR_CALM"],
    ["INADEQUATE_SECURITY", 403, "reset the call with INADEQUATE_SECURITY"],
    ["SETTINGS_TIMEOUT", 500, "reset the call with HTTP/2 error 0x4"],
  ] as const)("with %s fails its call with %i", async (name, code, message) => {
    const error = await failureWith(({ stream }) => stream.close(constants[`NGHTTP2_${name}`]));
    expect(error).toMatchObject({ code, message: containing(message) });
  });

  it("in the middle of its reply fails its call", async () => {
    const error = await failureWith(({ stream }) => {
      stream.respond({ ":status": "200", "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.write(nameFrame("never finished").subarray(0, 8), () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    });
    expect(error).toMatchObject({ code: 500, message: containing("INTERNAL_ERROR") });
  });
});

describe("a peer that is no gRPC server", () => {
  it("and speaks HTTP/1 can't be connected to", async () => {
    await using server = await startTcpServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await using client = echoClient(server.endpoint);
    const error = await failureOf(client.echo.noRule({}));
    expect(error).toMatchObject({ code: 503, message: containing(`can't connect to ${server.endpoint}`) });
  });

  it("and hangs up at once can't be connected to", async () => {
    await using server = await startTcpServer((socket) => socket.destroy());
    await using client = echoClient(server.endpoint);
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({
      code: 503,
      message: containing("the server hung up"),
    });
  });

  it("and never says a word costs no more than the call's deadline, or connectTimeoutMs", async () => {
    await using server = await startTcpServer(() => {});
    await using client = echoClient(server.endpoint, { connectTimeoutMs: 50 });
    const late = await failureOf(client.echo.noRule({}, { timeoutMs: 20 }));
    expect(late).toMatchObject({ code: 504, message: "context deadline exceeded" });
    expect(late.cause).toMatchObject({ message: `still connecting to ${server.endpoint}` });
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({
      code: 503,
      message: containing("no HTTP/2 connection within connectTimeoutMs (50)"),
    });
  });
});

describe("a connection that dies with a call on it", () => {
  it("fails the call with 503, and the next call gets a new one", async () => {
    await using server = await RawServer.start((call) => {
      if (call.index === 0) call.stream.session?.socket.destroy();
      else answer(call);
    });
    await using client = echoClient(server.endpoint);
    const error = await failureOf(client.echo.noRule({}));
    expect(error).toMatchObject({ code: 503, message: containing(`connection to ${server.endpoint} was lost`) });
    expect((await client.echo.noRule({})).name).toBe("raw");
    expect(server.sessions).toHaveLength(2);
  });

  it("by garbage on the wire fails the call with 503", async () => {
    await using server = await RawServer.start((call) => {
      if (call.index === 0) proxy.sockets[0]?.write(Buffer.alloc(64, 0xff));
      else answer(call);
    });
    // In between, since node:http2 sends no garbage.
    await using proxy = await startProxy(server.port);
    await using client = echoClient(proxy.endpoint);
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({ code: 503, message: containing("was lost") });
    expect((await client.echo.noRule({})).name).toBe("raw");
  });
});
