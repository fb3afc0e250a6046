import { GrpcCode, httpCodeOf, KratosError, now } from "@kratos-ts/core";
import { ResetCode, type StreamReset } from "../http2/carrier.ts";
import { resetName } from "../http2/reset-name.ts";
import { findHeader } from "../metadata.ts";
import { receivedError } from "../status.ts";

// https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
const grpcByHttpStatus: Readonly<Record<string, number>> = {
  400: GrpcCode.INTERNAL,
  401: GrpcCode.UNAUTHENTICATED,
  403: GrpcCode.PERMISSION_DENIED,
  404: GrpcCode.UNIMPLEMENTED,
  429: GrpcCode.UNAVAILABLE,
  502: GrpcCode.UNAVAILABLE,
  503: GrpcCode.UNAVAILABLE,
  504: GrpcCode.UNAVAILABLE,
};

// gRPC over HTTP/2, "Errors".
const grpcByReset: Readonly<Record<number, number>> = {
  [ResetCode.REFUSED_STREAM]: GrpcCode.UNAVAILABLE,
  [ResetCode.CANCEL]: GrpcCode.CANCELLED,
  [ResetCode.ENHANCE_YOUR_CALM]: GrpcCode.RESOURCE_EXHAUSTED,
  [ResetCode.INADEQUATE_SECURITY]: GrpcCode.PERMISSION_DENIED,
};

/** What is wrong with a reply's header block: not from a gRPC server; undefined when it is as it should be. */
export function headerError(headers: readonly string[], endpoint: string): KratosError | undefined {
  const status = findHeader(headers, ":status");
  const contentType = findHeader(headers, "content-type");
  if (status === "200" && contentType?.startsWith("application/grpc")) return undefined;
  const code = status === "200" ? GrpcCode.UNKNOWN : (grpcByHttpStatus[status ?? ""] ?? GrpcCode.UNKNOWN);
  const type = contentType === undefined ? "no content-type" : `content-type ${contentType}`;
  const message = `${endpoint} did not answer as a gRPC server: HTTP status ${status}, ${type}`;
  return receivedError({ code, message, details: [] });
}

/** The error of a stream that ended before its time. */
export function resetError(reset: StreamReset, call: { endpoint: string; deadline: number | undefined }): KratosError {
  const { endpoint, deadline } = call;
  if (reset.cause !== undefined) return lostError(reset.cause, endpoint);
  // A server may notice the deadline a little before us.
  if (reset.code === ResetCode.CANCEL && deadline !== undefined && deadline <= now())
    return new KratosError({ code: 504, message: "context deadline exceeded" });
  const code = httpCodeOf(grpcByReset[reset.code] ?? GrpcCode.INTERNAL);
  return new KratosError({ code, message: `${endpoint} reset the call with ${resetName(reset.code)}` });
}

function lostError(cause: unknown, endpoint: string): KratosError {
  // Closing the transport says it all.
  if (cause instanceof KratosError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new KratosError({ code: 503, message: `the connection to ${endpoint} was lost: ${text}`, cause });
}
