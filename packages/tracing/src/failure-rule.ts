import { type CallInfo, GrpcCode, grpcCodeOf } from "@kratos-ts/core";
import type { EndedCall } from "./call-plan.ts";
import { httpStatusOf } from "./http-attributes.ts";

/** What tells of a server that has failed, and not of a caller's mistake (the gRPC conventions). */
const serverFailures = new Set<number>([
  GrpcCode.UNKNOWN,
  GrpcCode.DEADLINE_EXCEEDED,
  GrpcCode.UNIMPLEMENTED,
  GrpcCode.INTERNAL,
  GrpcCode.UNAVAILABLE,
  GrpcCode.DATA_LOSS,
]);

/**
 * Whether the span of a call that ended so is marked as failed, as the conventions have it: a client's with any error;
 * a server's when it is the server's, so that a caller's mistakes don't show as failures of the service.
 */
export function failureRule(info: CallInfo): (call: EndedCall) => boolean {
  if (info.side === "client") return ({ error }) => error !== undefined;
  if (info.kind === "grpc") return ({ error }) => error !== undefined && serverFailures.has(grpcCodeOf(error.code));
  return (call) => (httpStatusOf(call, info) ?? 200) >= 500;
}

/** A class of errors that are few. */
export function errorTypeOf(attributes: Readonly<Record<string, unknown>>, status: string): string {
  const http = attributes["http.response.status_code"];
  return http === undefined ? status : String(http);
}
