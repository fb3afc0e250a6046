import { type CallInfo, type DoneInfo, errorTooManyRequests, type Meter, type Middleware } from "@kratos-ts/core";
import { type CallCounterOptions, callCounter } from "./call-counter.ts";
import { tracked } from "./call-end.ts";

/** Decides which calls are served now: Kratos's `ratelimit.Limiter`. */
export interface Limiter {
  /** Undefined: the call is refused. Else it runs, and what is returned is called once, when it has ended. */
  allow(): ((info: DoneInfo) => void) | undefined;
}

export interface LimitOptions {
  readonly limiter: Limiter;
  readonly meter: Meter | undefined;
  readonly counter: CallCounterOptions;
}

const succeeded: DoneInfo = {};

/**
 * Refuses with 429 `RATELIMIT` what the limiter does not allow. A call whose reply is a stream counts until its first
 * message: how long a caller listens says nothing of how much there is to do.
 */
export function limit({ limiter, meter, counter }: LimitOptions): Middleware {
  const counterOf = callCounter(meter, counter);
  return (next, info: CallInfo) => {
    const run = tracked(next, info, "replied");
    const refused = counterOf(info);
    return async (req, ctx) => {
      const done = limiter.allow();
      if (done === undefined) {
        refused?.add();
        throw errorTooManyRequests("RATELIMIT", "service unavailable due to rate limit exceeded");
      }
      return run(req, ctx, (failure) => done(failure === undefined ? succeeded : { error: failure.thrown }));
    };
  };
}
