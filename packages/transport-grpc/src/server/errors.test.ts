import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { StatusSchema } from "@kratos-ts/core/proto/google/rpc/status_pb.js";
import { describe, expect, it } from "vitest";
import { Echo, Faults } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { requestOf, startInterop } from "../../testdata/interop-server.ts";
import type { RawReply } from "../../testdata/raw-grpc.ts";
import { frame } from "../frame.ts";
import { decodeBinary } from "../metadata.ts";

const { getItem, replyHeaders } = Echo.method;
const { fail, failPlain, panic } = Faults.method;

function detailsOf(reply: RawReply) {
  const [bytes = new Uint8Array()] = decodeBinary(String(reply.trailers["grpc-status-details-bin"]));
  const { code, message, details } = fromBinary(StatusSchema, bytes);
  return { code, message, infos: details.map((detail) => anyUnpack(detail, ErrorInfoSchema)) };
}

describe("an error", () => {
  it("that is a KratosError arrives whole, trailers-only", async () => {
    await using interop = await startInterop();
    const error = { code: 404, reason: "USER_NOT_FOUND", message: "no user é 100%\n", metadata: { user: "7" } };
    const reply = await interop.client.send(requestOf(fail, error));
    expect(reply.trailersOnly).toBe(true);
    expect(reply.headers).toMatchObject({ ":status": 200, "content-type": "application/grpc" });
    expect(reply.trailers).toMatchObject({ "grpc-status": "5", "grpc-message": "no user %C3%A9 100%25%0A" });
    const info = { reason: "USER_NOT_FOUND", domain: "", metadata: { user: "7" } };
    expect(detailsOf(reply)).toMatchObject({ code: 5, message: error.message, infos: [info] });
  });

  it("of another kind is UNKNOWN with its text and no detail", async () => {
    await using interop = await startInterop();
    const plain = await interop.client.send(requestOf(failPlain, { message: "boom" }));
    expect(plain.trailers).toMatchObject({ "grpc-status": "2", "grpc-message": "boom" });
    expect(plain.trailers).not.toHaveProperty("grpc-status-details-bin");
    const thrown = await interop.client.send(requestOf(panic));
    expect(thrown.trailers).toMatchObject({ "grpc-status": "2", "grpc-message": "no error at all" });
  });

  it("around a KratosError keeps its code and reason under the outer text", async () => {
    await using interop = await startInterop();
    const reply = await interop.client.send(requestOf(failPlain, { message: "boom", wrap: true }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "5", "grpc-message": "wrapped boom" });
    expect(detailsOf(reply).infos).toMatchObject([{ reason: "USER_NOT_FOUND" }]);
  });

  it("of Connect keeps its code and sends its metadata", async () => {
    const getItemThatFails = () => Promise.reject(new ConnectError("taken", Code.AlreadyExists, { "x-hint": "h" }));
    await using interop = await startInterop({ implementation: { getItem: getItemThatFails } });
    const reply = await interop.client.send(requestOf(getItem));
    expect(reply.trailers).toMatchObject({ "grpc-status": "6", "grpc-message": "taken", "x-hint": "h" });
  });

  it("leaves the reply headers that were set, as initial metadata", async () => {
    await using interop = await startInterop();
    const reply = await interop.client.send(requestOf(replyHeaders, { headers: { "x-reply": "h" }, fail: true }));
    expect(reply.trailersOnly).toBe(false);
    expect(reply.headers).toMatchObject({ "x-reply": "h" });
    expect(reply.trailers).toMatchObject({ "grpc-status": "3", "grpc-message": "asked to fail" });
  });

  it("too long for a header block is cut, and the call still ends", async () => {
    await using interop = await startInterop();
    const message = "é".repeat(100_000);
    const reply = await interop.client.send(requestOf(failPlain, { message }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "2", "grpc-message": expect.stringMatching(/^(%C3%A9)+/) });
    const next = await interop.client.send(requestOf(getItem, { id: "7" }));
    expect(next.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("in a reply that fits no message is INTERNAL to the caller, not to the server", async () => {
    await using interop = await startInterop({ implementation: { noRule: () => ({ revision: 1.5 }) } });
    const reply = await interop.client.send(requestOf(Echo.method.noRule));
    expect(reply.trailers).toMatchObject({ "grpc-status": "13" });
    expect(reply.trailers["grpc-message"]).toContain("interop.v1.NameRequest");
  });
});

describe("a call that can't be", () => {
  it.each([
    ["an unknown method", "/interop.v1.Echo/Nope", "unknown method Nope for service interop.v1.Echo"],
    ["an unknown service", "/nope.v1.Nope/Do", "unknown service nope.v1.Nope"],
    ["no method at all", "/", 'malformed method name "/"'],
    [
      "a method left out",
      "/interop.v1.Echo/EchoEverything",
      "unknown method EchoEverything for service interop.v1.Echo",
    ],
    ["a method that is not implemented", "/interop.v1.Echo/ListItems", "/interop.v1.Echo/ListItems is not implemented"],
  ])("because of %s is UNIMPLEMENTED", async (_why, path, message) => {
    await using interop = await startInterop();
    const reply = await interop.client.send({ path, chunks: [frame(new Uint8Array())] });
    expect(reply.trailersOnly).toBe(true);
    expect(reply.trailers).toMatchObject({ ":status": 200, "grpc-status": "12" });
    // As other gRPC servers: it is no error of the service's own.
    expect(reply.trailers).not.toHaveProperty("grpc-status-details-bin");
    expect(decodeURIComponent(String(reply.trailers["grpc-message"]))).toBe(message);
  });

  it.each(["GET", "PUT", "DELETE"])("because of the verb %s is a 405", async (verb) => {
    await using interop = await startInterop();
    const reply = await interop.client.send(requestOf(getItem, {}, { headers: { ":method": verb } }));
    expect(reply.headers).toMatchObject({ ":status": 405, allow: "POST" });
    expect(reply.body).toHaveLength(0);
  });

  it.each(["application/json", "application/grpc+xml", "application/grpc-web", "application/grpcx", ""])(
    "because of the content type %j is a 415",
    async (type) => {
      await using interop = await startInterop({ web: false });
      const reply = await interop.client.send(requestOf(getItem, {}, { headers: { "content-type": type } }));
      expect(reply.headers).toMatchObject({ ":status": 415 });
    },
  );

  it.each([
    ["binary that is none", "application/grpc", new Uint8Array([0xff, 0xff])],
    ["JSON that is none", "application/grpc+json", new TextEncoder().encode("{")],
    ["JSON of another shape", "application/grpc+json", new TextEncoder().encode('{"id":{}}')],
    ["JSON in no UTF-8", "application/grpc+json", new Uint8Array([0x22, 0xff, 0x22])],
  ])("because its message is %s is INTERNAL and says so", async (_why, type, message) => {
    await using interop = await startInterop();
    const request = { path: "/interop.v1.Echo/GetItem", chunks: [frame(message)], headers: { "content-type": type } };
    const reply = await interop.client.send(request);
    expect(reply.trailers).toMatchObject({ "grpc-status": "13" });
    expect(reply.trailers["grpc-message"]).toContain("interop.v1.GetItemRequest");
  });
});
