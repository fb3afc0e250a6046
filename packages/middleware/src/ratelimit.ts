import type { Meter, Middleware } from "@kratos-ts/core";
import { type BbrOptions, createBbrLimiter } from "./bbr.ts";
import { type Limiter, limit } from "./limiter.ts";

export { type BbrLimiter, type BbrOptions, type BbrStat, createBbrLimiter } from "./bbr.ts";
export type { Limiter } from "./limiter.ts";

export interface RatelimitOptions extends BbrOptions {
  /** Decides in the place of BBR. Default: `createBbrLimiter` with these options. */
  limiter?: Limiter | undefined;
  /** Counts refused calls in `requests_limited_total` by `kind` and `operation`. Default none. */
  meter?: Meter | undefined;
}

/**
 * Refuses calls with 429 `RATELIMIT` "service unavailable due to rate limit exceeded" while the service has more than it
 * can do, so that what it takes on is done in time. Put it before whatever costs anything. All calls that one
 * `ratelimit()` stands before share its limit: give the same one to the HTTP and the gRPC server of a process.
 */
export function ratelimit(options: RatelimitOptions = {}): Middleware {
  return limit({
    limiter: options.limiter ?? createBbrLimiter(options),
    meter: options.meter,
    counter: { name: "requests_limited_total", help: "Calls refused because the service is overloaded." },
  });
}
