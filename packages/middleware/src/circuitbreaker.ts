import { errorServiceUnavailable, KratosError, type Meter, type Middleware } from "@kratos-ts/core";
import { callCounter } from "./call-counter.ts";
import { type Failure, tracked } from "./call-end.ts";
import { type BreakerOptions, createSreBreaker } from "./sre-breaker.ts";

export { type BreakerOptions, createSreBreaker } from "./sre-breaker.ts";

/** Decides for one operation whether calls are worth making: Kratos's `circuitbreaker.CircuitBreaker`. */
export interface CircuitBreaker {
  /** Whether a call may be made. After true, one of the others is called when the call tells something. */
  allow(): boolean;
  markSuccess(): void;
  markFailed(): void;
}

export interface CircuitBreakerOptions extends BreakerOptions {
  /** Makes the breaker of an operation. Default: `createSreBreaker` with these options. */
  create?: (() => CircuitBreaker) | undefined;
  /**
   * Whether an error says that the other side is not well; undefined: it says nothing either way. Default: the codes
   * 500, 502, 503 and 504 do, 499 (the caller gave up) says nothing.
   */
  isFailure?: ((error: KratosError) => boolean | undefined) | undefined;
  /** Counts refused calls in `requests_broken_total` by `kind` and `operation`. Default none. */
  meter?: Meter | undefined;
}

/**
 * Fails calls to what does not answer at once, with 503 `CIRCUITBREAKER` "request failed due to circuit breaker
 * triggered", which spares the caller the waiting and the other side the load. Each operation of each client has a
 * breaker of its own.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): Middleware {
  const { create = () => createSreBreaker(options), isFailure = isServerFailure } = options;
  const counterOf = callCounter(options.meter, {
    name: "requests_broken_total",
    help: "Calls refused because a circuit breaker was open.",
  });
  return (next, info) => {
    const breaker = create();
    const run = tracked(next, info, "replied");
    const refused = counterOf(info);
    const ended = (failure: Failure | undefined): void => {
      const failed = failure === undefined ? false : isFailure(KratosError.from(failure.thrown));
      if (failed) breaker.markFailed();
      else if (failed === false) breaker.markSuccess();
    };
    return async (req, ctx) => {
      if (breaker.allow()) return run(req, ctx, ended);
      refused?.add();
      throw errorServiceUnavailable("CIRCUITBREAKER", "request failed due to circuit breaker triggered");
    };
  };
}

function isServerFailure({ code }: KratosError): boolean | undefined {
  if (code === 499) return undefined;
  return code === 500 || (code >= 502 && code <= 504);
}
