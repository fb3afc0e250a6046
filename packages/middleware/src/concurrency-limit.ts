import type { Meter, Middleware } from "@kratos-ts/core";
import { createGradientLimiter, type GradientOptions } from "./gradient.ts";
import { type Limiter, limit } from "./limiter.ts";

export { createGradientLimiter, type GradientLimiter, type GradientOptions } from "./gradient.ts";
export type { Limiter } from "./limiter.ts";

export interface ConcurrencyLimitOptions extends GradientOptions {
  /** Decides in the place of the gradient. Default: `createGradientLimiter` with these options. */
  limiter?: Limiter | undefined;
  /** Counts refused calls in `requests_over_concurrency_total` by `kind` and `operation`. Default none. */
  meter?: Meter | undefined;
}

/**
 * Refuses calls with 429 `RATELIMIT` when more are in flight than can be without each waiting for the others. It goes by
 * the time that calls take and not by the CPU, so it also protects what waits for a database, and on a client what it
 * calls. All calls that one `concurrencyLimit()` stands before share its limit: put it into `match()` where operations
 * take very different times.
 */
export function concurrencyLimit(options: ConcurrencyLimitOptions = {}): Middleware {
  return limit({
    limiter: options.limiter ?? createGradientLimiter(options),
    meter: options.meter,
    counter: { name: "requests_over_concurrency_total", help: "Calls refused by the limit of concurrent calls." },
  });
}
