import type { Logger, Middleware } from "@kratos-ts/core";
import { type Metrics, serverMetrics } from "@kratos-ts/metrics";
import { serverLogging } from "@kratos-ts/middleware/logging";
import { match } from "@kratos-ts/middleware/match";
import { serverMetadata } from "@kratos-ts/middleware/metadata";
import { ratelimit } from "@kratos-ts/middleware/ratelimit";
import { recovery } from "@kratos-ts/middleware/recovery";
import { serverJwt } from "@kratos-ts/middleware-jwt";
import { validation } from "@kratos-ts/middleware-validate";
import { serverTracing } from "@kratos-ts/tracing";

export interface ServerChainOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What callers sign their tokens with, of 32 bytes or more. */
  readonly secret: string;
  /** The load from which calls can be refused, 0 to 1; above 1: never. Default 0.8. */
  readonly cpuThreshold?: number | undefined;
}

/** All middleware of the service, the first outermost: the same for HTTP and gRPC. */
export function serverChain({ logger, metrics, secret, cpuThreshold }: ServerChainOptions): Middleware[] {
  return [
    recovery({ logger }),
    serverTracing(),
    serverLogging(logger),
    serverMetrics(metrics),
    // Scraping has to work in an overload too, and Prometheus has no token.
    match({ operation: "/metrics", invert: true }, ratelimit({ cpuThreshold, meter: metrics })),
    serverMetadata(),
    match({ operation: "/metrics", invert: true }, serverJwt({ keys: { key: secret }, algorithms: ["HS256"], logger })),
    validation(),
  ];
}
