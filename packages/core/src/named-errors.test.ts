import { expect, test } from "vitest";
import { vectors } from "../testdata/error-codes.ts";
import * as core from "./index.ts";

const { grpcCodeOf, KratosError } = core;

const named = {
  BadRequest: [core.errorBadRequest, core.isBadRequest, 400],
  Unauthorized: [core.errorUnauthorized, core.isUnauthorized, 401],
  Forbidden: [core.errorForbidden, core.isForbidden, 403],
  NotFound: [core.errorNotFound, core.isNotFound, 404],
  Conflict: [core.errorConflict, core.isConflict, 409],
  TooManyRequests: [core.errorTooManyRequests, core.isTooManyRequests, 429],
  ClientClosed: [core.errorClientClosed, core.isClientClosed, 499],
  InternalServer: [core.errorInternalServer, core.isInternalServer, 500],
  ServiceUnavailable: [core.errorServiceUnavailable, core.isServiceUnavailable, 503],
  GatewayTimeout: [core.errorGatewayTimeout, core.isGatewayTimeout, 504],
} as const satisfies Record<string, [core.ErrorConstructor, core.ErrorTest, number]>;

test.each(Object.entries(named))("%s has its code, and its test tells it from all others", (_, [make, is, code]) => {
  const error = make("R", "m", { metadata: { a: "1" }, cause: "why" });
  expect(error).toBeInstanceOf(KratosError);
  expect({ ...error.toStatus(), cause: error.cause }).toEqual({
    code,
    reason: "R",
    message: "m",
    metadata: { a: "1" },
    cause: "why",
  });
  const true_ = Object.values(named).filter(([, test]) => test(error));
  expect(true_.map(([, test]) => test)).toEqual([is]);
});

test.each(vectors("constructor"))("as Go Kratos: $name", ({ named: name, httpCode, grpcCode }) => {
  const { code } = named[name as keyof typeof named][0]("R");
  expect([code, grpcCodeOf(code)]).toEqual([httpCode, grpcCode]);
});

test("a test looks at the causes too, at any reason, and is false for all else", () => {
  expect(core.isNotFound(new Error("outer", { cause: core.errorNotFound("ANY") }))).toBe(true);
  for (const other of [undefined, null, 404, new Error("404"), { code: 404 }])
    expect(core.isNotFound(other)).toBe(false);
});
