import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { KratosError } from "@kratos-ts/core";
import { BadRequestSchema, ErrorInfoSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { StatusSchema } from "@kratos-ts/core/proto/google/rpc/status_pb.js";
import { describe, expect, it } from "vitest";
import { encodeBinary } from "./metadata.ts";
import { appendStatus, errorOf, GrpcStatusError, statusOf } from "./status.ts";

/** The trailers of what was thrown, and what a client makes of them. */
function roundTrip(thrown: unknown): KratosError | undefined {
  const trailers: string[] = [];
  appendStatus(trailers, statusOf(thrown));
  return errorOf(trailers);
}

function detailsOf(error: KratosError | undefined): unknown {
  return error?.cause instanceof GrpcStatusError ? error.cause.findDetails(BadRequestSchema) : undefined;
}

const badRequest = create(BadRequestSchema, { fieldViolations: [{ field: "name", description: "too short" }] });
const info = (reason: string) => create(ErrorInfoSchema, { reason, domain: "test", metadata: { user: "7" } });

describe("statusOf", () => {
  it("says all parts of a KratosError, in the bytes that Kratos for Go says them in", () => {
    const error = new KratosError({
      code: 404,
      reason: "USER_NOT_FOUND",
      message: "no user é 100% <7>\nnext",
      metadata: { user: "7" },
    });
    const trailers: string[] = [];
    appendStatus(trailers, statusOf(error));
    expect(trailers).toEqual([
      "grpc-status",
      "5",
      "grpc-message",
      "no user %C3%A9 100%25 <7>%0Anext",
      "grpc-status-details-bin",
      "CAUSGG5vIHVzZXIgw6kgMTAwJSA8Nz4KbmV4dBpHCih0eXBlLmdvb2dsZWFwaXMuY29tL2dvb2dsZS5ycGMuRXJyb3JJbmZvEhsKDlVTRVJfTk9UX0ZPVU5EGgkKBHVzZXISATc",
    ]);
  });

  it("carries the ErrorInfo even when the reason is empty", () => {
    const { code, message, details } = statusOf(new KratosError({ code: 500 }));
    expect({ code, message }).toEqual({ code: 13, message: "" });
    expect(details).toHaveLength(1);
  });

  it("finds a KratosError in a plain error, and says the outer text", () => {
    const cause = new KratosError({ code: 404, reason: "USER_NOT_FOUND", message: "inner" });
    const error = roundTrip(new Error("outer", { cause }));
    expect(error).toMatchObject({ code: 404, reason: "USER_NOT_FOUND", message: "outer" });
  });

  it.each([
    ["a plain error", new Error("boom"), { code: 2, message: "boom" }],
    ["no error at all", "boom", { code: 2, message: "boom" }],
    ["an abort", new DOMException("x", "AbortError"), { code: 1, message: "context canceled" }],
    ["a timeout", new DOMException("x", "TimeoutError"), { code: 4, message: "context deadline exceeded" }],
    ["undefined", undefined, { code: 2, message: "undefined" }],
  ])("says %s without a detail", (_what, thrown, expected) => {
    expect(statusOf(thrown)).toEqual({ ...expected, details: [] });
  });

  it("is never OK, whatever code was thrown", () => {
    expect(statusOf(new KratosError({ code: 200, message: "m" })).code).toBe(2);
    expect(statusOf(new KratosError({ code: 418, reason: "TEAPOT" })).code).toBe(2);
  });

  it.each([
    ["a".repeat(5000), 4096],
    ["é".repeat(5000), 4096 / 6],
    ["😀".repeat(5000), 4096 / 12],
  ])("cuts a message that would be too long for a header", (message, most) => {
    const received = roundTrip(new Error(message))?.message ?? "";
    expect(received.endsWith("…")).toBe(true);
    const kept = received.slice(0, -1);
    expect(message.startsWith(kept)).toBe(true);
    expect([...kept].length).toBeGreaterThan(most * 0.8);
    expect([...kept].length).toBeLessThanOrEqual(most);
  });

  it("keeps the code, details and metadata of a ConnectError", () => {
    const thrown = new ConnectError("exists", Code.AlreadyExists, { "x-a": "1" }, [
      { desc: BadRequestSchema, value: badRequest },
    ]);
    const status = statusOf(thrown);
    expect(status).toMatchObject({ code: 6, message: "exists" });
    expect([...(status.metadata ?? [])]).toEqual([["x-a", "1"]]);
    const error = roundTrip(thrown);
    expect(error).toMatchObject({ code: 409, reason: "", message: "exists" });
    expect(detailsOf(error)).toEqual([badRequest]);
  });

  it("keeps the details of a ConnectError that came from another server", () => {
    const thrown = new ConnectError("m", Code.InvalidArgument);
    thrown.details.push({ type: BadRequestSchema.typeName, value: toBinary(BadRequestSchema, badRequest) });
    expect(detailsOf(roundTrip(thrown))).toEqual([badRequest]);
  });
});

describe("errorOf", () => {
  const trailersOf = (code: number, ...details: Parameters<typeof anyPack>[1][]): string[] => {
    const schemas: Record<string, typeof BadRequestSchema | typeof ErrorInfoSchema> = {
      [BadRequestSchema.typeName]: BadRequestSchema,
      [ErrorInfoSchema.typeName]: ErrorInfoSchema,
    };
    const packed = details.map((detail) =>
      anyPack(schemas[detail.$typeName] as typeof ErrorInfoSchema, detail as never),
    );
    const status = create(StatusSchema, { code, message: "bad", details: packed });
    return [
      "grpc-status",
      String(code),
      "grpc-message",
      "bad",
      "grpc-status-details-bin",
      encodeBinary(toBinary(StatusSchema, status)),
    ];
  };

  it("is undefined for OK", () => {
    expect(errorOf(["grpc-status", "0"])).toBeUndefined();
  });

  it("gives back the KratosError that was thrown", () => {
    const thrown = new KratosError({ code: 409, reason: "ALREADY_THERE", message: "m", metadata: { a: "b" } });
    expect(roundTrip(thrown)?.toStatus()).toEqual(thrown.toStatus());
  });

  it("takes the first ErrorInfo, whatever its place", () => {
    expect(errorOf(trailersOf(3, badRequest, info("FIRST"), info("SECOND")))).toMatchObject({
      code: 400,
      reason: "FIRST",
      metadata: { user: "7" },
    });
  });

  it("gives back the details that a KratosError was thrown with", () => {
    const details = [{ type: BadRequestSchema.typeName, value: toBinary(BadRequestSchema, badRequest) }];
    const error = roundTrip(new KratosError({ code: 400, reason: "VALIDATOR", details }));
    expect(error).toMatchObject({ code: 400, reason: "VALIDATOR", details });
  });

  it("has the whole status as its cause where there are more details than one ErrorInfo", () => {
    const error = errorOf(trailersOf(3, info("R"), badRequest));
    expect(error?.cause).toBeInstanceOf(GrpcStatusError);
    expect(errorOf(trailersOf(3, info("R")))?.cause).toBeUndefined();
  });

  it.each([
    [11, 400],
    [6, 409],
    [2, 500],
    [15, 500],
  ])("has the whole status as its cause where gRPC code %i is one of several of HTTP status %i", (grpc, code) => {
    expect(errorOf(["grpc-status", String(grpc)])).toMatchObject({ code, cause: { code: grpc } });
  });

  it.each([
    [["grpc-status", "17", "grpc-message", "m"], { code: 500, reason: "", message: "m" }],
    [["grpc-status", "14"], { code: 503, reason: "", message: "" }],
    [["grpc-status", "5", "grpc-message", "caf%C3%A9"], { code: 404, message: "café" }],
    [["grpc-status", "5", "grpc-message", "m", "grpc-status-details-bin", "!!!"], { code: 404, message: "m" }],
    [["grpc-status", "5", "grpc-message", "m", "grpc-status-details-bin", "/////w"], { code: 404, message: "m" }],
    [["grpc-status", "ok"], { code: 500 }],
    [[], { code: 500 }],
  ])("reads %j", (trailers, expected) => {
    expect(errorOf(trailers)).toMatchObject(expected);
  });
});
