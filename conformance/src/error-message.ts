// What a call threw, as the suite wants to hear it: with the code and the details that were on the wire.
import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { grpcCodeOf, KratosError } from "@kratos-ts/core";
import { ErrorInfoSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { GrpcStatusError } from "@kratos-ts/transport-grpc";
import type { Code } from "./gen/connectrpc/conformance/v1/config_pb.ts";
import { type Error as ErrorMessage, ErrorSchema } from "./gen/connectrpc/conformance/v1/service_pb.ts";

/** Throws what is no KratosError: our clients throw nothing else for a call. */
export function errorMessage(error: unknown): ErrorMessage {
  if (!(error instanceof KratosError)) throw error;
  const { code, details } = statusOf(error);
  return create(ErrorSchema, { code: code as Code, message: error.message, details });
}

function statusOf(error: KratosError): { code: number; details: Any[] } {
  // A KratosError has an HTTP status; where the gRPC code says more, it came as the cause.
  if (error.cause instanceof GrpcStatusError) return { code: error.cause.code, details: [...error.cause.details] };
  const { reason, metadata } = error;
  const details =
    reason === "" ? [] : [anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason, metadata: { ...metadata } }))];
  return { code: grpcCodeOf(error.code), details };
}
