import {
  errorClientClosed,
  errorConflict,
  errorForbidden,
  errorServiceUnavailable,
  errorTooManyRequests,
  errorUnauthorized,
  grpcCodeOf,
  httpCodeOf,
  isClientClosed,
  isConflict,
  isForbidden,
  isServiceUnavailable,
  isTooManyRequests,
  isUnauthorized,
  KratosError,
  type KratosErrorInit,
} from "@kratos-ts/core";
import { vectorTests } from "./vector-tests.ts";

interface CodeCase {
  readonly name: string;
  readonly direction: "to-grpc" | "from-grpc" | "constructor" | "same";
  readonly httpCode: number;
  readonly grpcCode: number;
  readonly constructor: string;
  readonly a: KratosErrorInit;
  readonly b: KratosErrorInit;
  readonly same: boolean;
}

/** Ours of Go's named constructors, each with its test. */
const named = new Map([
  ["Unauthorized", [errorUnauthorized, isUnauthorized] as const],
  ["Forbidden", [errorForbidden, isForbidden] as const],
  ["Conflict", [errorConflict, isConflict] as const],
  ["TooManyRequests", [errorTooManyRequests, isTooManyRequests] as const],
  ["ClientClosed", [errorClientClosed, isClientClosed] as const],
  ["ServiceUnavailable", [errorServiceUnavailable, isServiceUnavailable] as const],
]);

vectorTests<CodeCase>("error-codes", {
  ours(given) {
    const { direction, httpCode, grpcCode, a, b } = given;
    if (direction === "to-grpc") return grpcCodeOf(httpCode);
    if (direction === "from-grpc") return httpCodeOf(grpcCode);
    if (direction === "same") return new KratosError(a).is(new KratosError(b));
    const [make, test] = named.get(given.constructor) ?? [];
    const error = make?.("REASON");
    return { code: error?.code, grpc: grpcCodeOf(error?.code ?? 0), test: test?.(error) };
  },
  theirs({ direction, httpCode, grpcCode, same }) {
    if (direction === "to-grpc") return grpcCode;
    if (direction === "from-grpc") return httpCode;
    return direction === "same" ? same : { code: httpCode, grpc: grpcCode, test: true };
  },
});
