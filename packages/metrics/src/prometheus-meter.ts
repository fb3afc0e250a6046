import type { Counter, Gauge, Histogram, InstrumentOptions, Meter } from "@kratos-ts/core";
import type { Registry } from "prom-client";
import { type ExemplarLabels, exemplarOf } from "./exemplar.ts";
import { InstrumentTable } from "./instrument-table.ts";
import { withSeries } from "./series.ts";
import { HistogramSeries, NumberSeries, StoredMetric } from "./stored-metric.ts";

export interface PrometheusMeterOptions {
  readonly registry: Registry;
  readonly maxSeries: number;
  readonly exemplar: ExemplarLabels | undefined;
}

/** Core's instruments, kept in a registry of prom-client. */
export function prometheusMeter(options: PrometheusMeterOptions): Meter {
  const table = new InstrumentTable();
  return {
    counter: (given) => table.get("counter", given, () => counter(given, options)),
    gauge: (given) => table.get("gauge", given, () => gauge(given, options)),
    histogram: (given) => table.get("histogram", given, () => histogram(given, options)),
  };
}

function counter(options: InstrumentOptions, { registry, maxSeries, exemplar }: PrometheusMeterOptions): Counter {
  const metric = new StoredMetric<NumberSeries>("counter", options, registry);
  const create = (labels: Record<string, string>) => {
    const series = metric.add(new NumberSeries(labels));
    return {
      add(value: number = 1) {
        if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) return;
        series.set(series.value + value);
        if (exemplar !== undefined) series.exemplar = exemplarOf(exemplar, value) ?? series.exemplar;
      },
    };
  };
  return withSeries({ labels: options.labels ?? [], max: maxSeries, create });
}

function gauge(options: InstrumentOptions, { registry, maxSeries }: PrometheusMeterOptions): Gauge {
  const metric = new StoredMetric<NumberSeries>("gauge", options, registry);
  const create = (labels: Record<string, string>) => {
    const series = metric.add(new NumberSeries(labels));
    return {
      add(value: number) {
        if (Number.isFinite(value)) series.set(series.value + value);
      },
      set(value: number) {
        if (Number.isFinite(value)) series.set(value);
      },
    };
  };
  return withSeries({ labels: options.labels ?? [], max: maxSeries, create });
}

function histogram(options: Parameters<Meter["histogram"]>[0], meter: PrometheusMeterOptions): Histogram {
  const { registry, maxSeries, exemplar } = meter;
  const metric = new StoredMetric<HistogramSeries>("histogram", options, registry);
  const bounds = [...options.buckets].sort((a, b) => a - b);
  const create = (labels: Record<string, string>) => {
    const series = metric.add(new HistogramSeries(labels, bounds));
    return {
      record(value: number) {
        if (Number.isFinite(value)) series.record(value, exemplar && exemplarOf(exemplar, value));
      },
    };
  };
  return withSeries({ labels: options.labels ?? [], max: maxSeries, create });
}
