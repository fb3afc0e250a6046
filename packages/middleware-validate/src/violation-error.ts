import { create, toBinary } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import type { ValidationError, Violation } from "@bufbuild/protovalidate";
import { KratosError } from "@kratos-ts/core";
import { BadRequestSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";

/** What a caller is told: in the words of protovalidate's Go library, as Kratos for Go sends them. */
export function violationError(cause: ValidationError): KratosError {
  const { violations } = cause;
  const lines = violations.map(lineOf);
  const message = lines.length === 1 ? `validation error: ${lines[0]}` : ["validation errors:", ...lines].join("\n - ");
  return new KratosError({ code: 400, reason: "VALIDATOR", message, details: [badRequest(violations)], cause });
}

function lineOf(violation: Violation): string {
  const path = pathToString(violation.field);
  return path === "" ? textOf(violation) : `${path}: ${textOf(violation)}`;
}

function textOf({ message, ruleId }: Violation): string {
  return message || `[${ruleId || "unknown"}]`;
}

function badRequest(violations: readonly Violation[]) {
  const fieldViolations = violations.map((violation) => ({
    field: pathToString(violation.field),
    description: textOf(violation),
  }));
  const value = toBinary(BadRequestSchema, create(BadRequestSchema, { fieldViolations }));
  return { type: BadRequestSchema.typeName, value };
}
