// The middleware of a service in production, by name, so that a server can have some of them.
import type { Middleware } from "@kratos-ts/core";
import { createLogger } from "@kratos-ts/log";
import { createMetrics, serverMetrics } from "@kratos-ts/metrics";
import { serverLogging } from "@kratos-ts/middleware/logging";
import { serverMetadata } from "@kratos-ts/middleware/metadata";
import { recovery } from "@kratos-ts/middleware/recovery";
import { validation } from "@kratos-ts/middleware-validate";
import { serverTracing, traceExemplar, traceValues } from "@kratos-ts/tracing";
import { samplingProvider } from "./sampling-provider.ts";

/** Tracing with a sampling SDK, and its ids in logs and exemplars, as Go Kratos has it. */
export const fullChain = ["recovery", "sampled-tracing", "logging", "metrics", "metadata"];

/** Tracing has no provider here. */
export const usualChain = ["recovery", "tracing", "logging", "metrics", "metadata", "validation"];

/** The middleware of these names, in their order; what is logged goes to the file. */
export function governed(names: readonly string[], logFile: string): Middleware[] {
  if (names.length === 0) return [];
  const sampled = names.includes("sampled-tracing");
  const values = sampled ? traceValues : undefined;
  const logger = createLogger({ destination: { file: logFile }, format: "json", values });
  const makers: Readonly<Record<string, () => Middleware>> = {
    recovery: () => recovery({ logger }),
    tracing: () => serverTracing(),
    "sampled-tracing": () => serverTracing({ tracerProvider: samplingProvider() }),
    logging: () => serverLogging(logger),
    metrics: () => serverMetrics(createMetrics({ exemplar: sampled ? traceExemplar : undefined })),
    metadata: () => serverMetadata(),
    validation: () => validation(),
  };
  return names.map((name) => {
    const make = makers[name];
    if (make === undefined) throw new Error(`there is no middleware "${name}", but ${Object.keys(makers).join(", ")}`);
    return make();
  });
}
