import { type DescEnumValue, getOption } from "@bufbuild/protobuf";
import { KratosError } from "@kratos-ts/core";
import { code, default_code } from "@kratos-ts/core/proto/errors/errors_pb.js";
import { type ErrorReason, ErrorReasonSchema } from "../gen/interop/v1/interop_pb.ts";

/** The error of a value of the enum: the value's own code, or the default of the enum where it has none or 0. */
export function errorOfReason(reason: ErrorReason, message: string, metadata?: Record<string, string>): KratosError {
  const value = enumValueOf(reason);
  if (value === undefined) return new KratosError({ code: 400, reason: "NO_SUCH_REASON", message: String(reason) });
  const own = getOption(value, code) || getOption(ErrorReasonSchema, default_code);
  return new KratosError({ code: own, reason: value.name, message, metadata });
}

/** The name of a value, or its number. */
export function reasonName(reason: ErrorReason): string {
  return enumValueOf(reason)?.name ?? String(reason);
}

/** An error as Go prints it, which is what Go's plain errors and its WebSocket errors say. */
export function goText({ code, reason, message, metadata }: KratosError): string {
  const pairs = Object.entries(metadata)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}:${value}`);
  return `error: code = ${code} reason = ${reason} message = ${message} metadata = map[${pairs.join(" ")}] cause = <nil>`;
}

function enumValueOf(reason: ErrorReason): DescEnumValue | undefined {
  return ErrorReasonSchema.value[reason];
}
