export { type CallMetricsOptions, clientMetrics, serverMetrics } from "./call-metrics.ts";
export { createMetrics, type Metrics, type MetricsOptions } from "./create-metrics.ts";
export type { ExemplarLabels } from "./exemplar.ts";
export type { ExpositionFormat } from "./exposition.ts";
export type { WebHandler } from "./scrape-handler.ts";
