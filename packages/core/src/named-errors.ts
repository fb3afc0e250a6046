import { KratosError, type KratosErrorInit } from "./kratos-error.ts";

/** Makes an error whose code is in its name; the same shape as the helpers generated from error enums. */
export type ErrorConstructor = (
  reason: string,
  message?: string,
  more?: Pick<KratosErrorInit, "metadata" | "cause">,
) => KratosError;

/** Whether a thrown value is, or wraps, an error of that code, whatever its reason. */
export type ErrorTest = (error: unknown) => boolean;

const constructorOf =
  (code: number): ErrorConstructor =>
  (reason, message, more) =>
    new KratosError({ ...more, code, reason, message });

const testOf =
  (code: number): ErrorTest =>
  (error) =>
    KratosError.find(error)?.code === code;

/** 400, INVALID_ARGUMENT: the caller's input is wrong. */
export const errorBadRequest: ErrorConstructor = constructorOf(400);
export const isBadRequest: ErrorTest = testOf(400);
/** 401, UNAUTHENTICATED: the caller has not said who it is. */
export const errorUnauthorized: ErrorConstructor = constructorOf(401);
export const isUnauthorized: ErrorTest = testOf(401);
/** 403, PERMISSION_DENIED: the caller may not do this. */
export const errorForbidden: ErrorConstructor = constructorOf(403);
export const isForbidden: ErrorTest = testOf(403);
/** 404, NOT_FOUND. */
export const errorNotFound: ErrorConstructor = constructorOf(404);
export const isNotFound: ErrorTest = testOf(404);
/** 409, ABORTED: it collides with what is there. */
export const errorConflict: ErrorConstructor = constructorOf(409);
export const isConflict: ErrorTest = testOf(409);
/** 429, RESOURCE_EXHAUSTED: a limit is reached; try later. */
export const errorTooManyRequests: ErrorConstructor = constructorOf(429);
export const isTooManyRequests: ErrorTest = testOf(429);
/** 499, CANCELLED: the caller went away. */
export const errorClientClosed: ErrorConstructor = constructorOf(499);
export const isClientClosed: ErrorTest = testOf(499);
/** 500, INTERNAL: a fault of the service. */
export const errorInternalServer: ErrorConstructor = constructorOf(500);
export const isInternalServer: ErrorTest = testOf(500);
/** 503, UNAVAILABLE: not now; try again. */
export const errorServiceUnavailable: ErrorConstructor = constructorOf(503);
export const isServiceUnavailable: ErrorTest = testOf(503);
/** 504, DEADLINE_EXCEEDED: time ran out. */
export const errorGatewayTimeout: ErrorConstructor = constructorOf(504);
export const isGatewayTimeout: ErrorTest = testOf(504);
