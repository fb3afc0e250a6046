// The errors of helloworld/v1/error_reason.proto, by hand for now: what a generator makes of an error enum.
import { type DescEnumValue, getOption, hasOption } from "@bufbuild/protobuf";
import { type ErrorTest, KratosError, type KratosErrorInit } from "@kratos-ts/core";
import { code, default_code } from "@kratos-ts/core/proto/errors/errors_pb.js";
import { ErrorReason, ErrorReasonSchema } from "./gen/helloworld/v1/error_reason_pb.ts";

type ReasonedError = (message?: string, more?: Pick<KratosErrorInit, "metadata" | "cause">) => KratosError;

/** 404: nobody has that name. */
export const errorUserNotFound: ReasonedError = constructorOf(ErrorReason.USER_NOT_FOUND);
export const isUserNotFound: ErrorTest = testOf(ErrorReason.USER_NOT_FOUND);
/** 400: there is nothing to greet. */
export const errorContentMissing: ReasonedError = constructorOf(ErrorReason.CONTENT_MISSING);
export const isContentMissing: ErrorTest = testOf(ErrorReason.CONTENT_MISSING);

function constructorOf(reason: ErrorReason): ReasonedError {
  const identity = identityOf(reason);
  return (message, more) => new KratosError({ ...more, ...identity, message });
}

function testOf(reason: ErrorReason): ErrorTest {
  const identity = identityOf(reason);
  return (error) => {
    const found = KratosError.find(error);
    return found?.code === identity.code && found.reason === identity.reason;
  };
}

/** What tells an error from others: the value's name, and the code that the proto gives it. */
function identityOf(reason: ErrorReason): { code: number; reason: string } {
  const value = ErrorReasonSchema.value[reason] as DescEnumValue;
  const own = hasOption(value, code) ? getOption(value, code) : 0;
  return { reason: value.name, code: own === 0 ? getOption(value.parent, default_code) : own };
}
