import type { MetricObjectWithValues, MetricValueWithName } from "prom-client";
import type { Exemplar } from "./exemplar.ts";

/** https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export type ExpositionFormat = "prometheus" | "openmetrics";

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

type Value = Omit<MetricValueWithName<string>, "metricName"> & { metricName?: string; exemplar?: Exemplar | null };
type Metric = Omit<MetricObjectWithValues<MetricValueWithName<string>>, "type" | "values"> & {
  type: unknown;
  values: readonly Value[];
};

/**
 * Writes metrics as text. Not prom-client's own: that takes `_total` off the names of counters for good once it has
 * written OpenMetrics, so that one registry can't be read in both formats.
 */
export function writeMetrics(metrics: readonly Metric[], format: ExpositionFormat): string {
  const text = metrics.map((metric) => writeFamily(metric, format)).join("");
  return format === "openmetrics" ? `${text}# EOF\n` : text;
}

function writeFamily(metric: Metric, format: ExpositionFormat): string {
  const isTotal = format === "openmetrics" && metric.type === "counter";
  const family = isTotal ? metric.name.replace(/_total$/, "") : metric.name;
  const help = escapeText(metric.help);
  const lines = [`# HELP ${family} ${format === "openmetrics" ? help.replaceAll('"', '\\"') : help}`];
  lines.push(`# TYPE ${family} ${metric.type}`);
  for (const value of metric.values) {
    const name = isTotal ? `${family}_total` : (value.metricName ?? metric.name);
    lines.push(
      `${name}${writeLabels(value.labels, format)} ${writeNumber(value.value)}${writeExemplar(value, format)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function writeLabels(labels: Partial<Record<string, string | number>>, format: ExpositionFormat): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${writeLabel(name, { value, format })}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function writeLabel(name: string, { value, format }: { value: unknown; format: ExpositionFormat }): string {
  // Bounds are floats in OpenMetrics, and written as such: by Go's client too, whose series ours are read beside.
  if (name === "le" && format === "openmetrics" && Number.isInteger(value)) return `${value}.0`;
  return escapeText(String(value)).replaceAll('"', '\\"');
}

function writeExemplar({ exemplar }: Value, format: ExpositionFormat): string {
  if (format !== "openmetrics" || !exemplar) return "";
  const labels = writeLabels(exemplar.labelSet, format);
  return ` # ${labels} ${writeNumber(exemplar.value)} ${exemplar.timestamp}`;
}

function writeNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
