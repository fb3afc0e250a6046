import type { Meter } from "@kratos-ts/core";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { ExemplarLabels } from "./exemplar.ts";
import type { ExpositionFormat } from "./exposition.ts";
import { prometheusMeter } from "./prometheus-meter.ts";
import { readMetrics, scrapeHandler, type WebHandler } from "./scrape-handler.ts";

export interface MetricsOptions {
  /** Where instruments are kept. Default: one of its own, so that nothing is global. */
  registry?: Registry | undefined;
  /** Metrics of the process: event-loop lag, heap, garbage collection, CPU, file descriptors. Default true. */
  runtime?: boolean | undefined;
  /** Labels of every series, such as the region. Default none. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** Gives the trace that a value is an example of: `() => ({ trace_id })`. Only OpenMetrics shows them. Default none. */
  exemplar?: ExemplarLabels | undefined;
  /** The most sets of label values of one instrument; what is more is counted together, as `overflow`. Default 2000. */
  maxSeries?: number | undefined;
}

/** Makes instruments, and shows them to Prometheus. */
export interface Metrics extends Meter {
  /** Answers a scrape: `server.get("/metrics", metrics.handler())`. */
  handler(): WebHandler;
  /** All metrics as text. Default format `prometheus`. */
  text(format?: ExpositionFormat): Promise<string>;
  /** prom-client's registry, for its other users. */
  readonly registry: Registry;
}

/**
 * Metrics in a registry of prom-client, for Prometheus to scrape. Throws a RangeError for a limit that can't be;
 * instruments throw a TypeError for names that Prometheus does not have.
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { exemplar, labels, runtime = true, maxSeries = 2000 } = options;
  if (!(maxSeries >= 1)) throw new RangeError(`createMetrics: maxSeries must be at least 1, got ${maxSeries}`);
  const registry = options.registry ?? new Registry();
  if (labels !== undefined) registry.setDefaultLabels(labels);
  if (runtime) collectDefaultMetrics({ register: registry });
  return {
    ...prometheusMeter({ registry, maxSeries, exemplar }),
    handler: () => scrapeHandler(registry),
    text: (format = "prometheus") => readMetrics(registry, format),
    registry,
  };
}
