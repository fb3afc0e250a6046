import type { Counter, Gauge, Histogram, HistogramOptions, InstrumentOptions, Meter } from "@kratos-ts/core";
import { type MeterProvider, metrics, type Meter as OtelApiMeter } from "@opentelemetry/api";
import { InstrumentTable } from "./instrument-table.ts";
import { withSeries } from "./series.ts";

export interface OtelMeterOptions {
  /** Where instruments are made: the SDK's provider. Default: the global one of `@opentelemetry/api`, as it is now. */
  provider?: MeterProvider | undefined;
  /** The name of the instrumentation scope. Default `kratos`. */
  name?: string | undefined;
  /** The most sets of label values of one instrument; what is more is counted together, as `overflow`. Default 2000. */
  maxSeries?: number | undefined;
}

/**
 * Core's instruments as those of OpenTelemetry, labels being attributes. Throws a RangeError for a limit that can't be.
 * The SDK has a limit of its own, of 2000 as well (`aggregationCardinalityLimit` of a view).
 */
export function createOtelMeter(options: OtelMeterOptions = {}): Meter {
  const { provider = metrics, name = "kratos", maxSeries = 2000 } = options;
  if (!(maxSeries >= 1)) throw new RangeError(`createOtelMeter: maxSeries must be at least 1, got ${maxSeries}`);
  const backend: Backend = { meter: provider.getMeter(name), max: maxSeries };
  const table = new InstrumentTable();
  return {
    counter: (given) => table.get("counter", given, () => counter(given, backend)),
    gauge: (given) => table.get("gauge", given, () => gauge(given, backend)),
    histogram: (given) => table.get("histogram", given, () => histogram(given, backend)),
  };
}

interface Backend {
  readonly meter: OtelApiMeter;
  readonly max: number;
}

function counter({ name, help, labels = [] }: InstrumentOptions, { meter, max }: Backend): Counter {
  const otel = meter.createCounter(name, { description: help });
  const create = (attributes: Record<string, string>) => ({
    add(value: number = 1) {
      if (value >= 0 && value < Number.POSITIVE_INFINITY) otel.add(value, attributes);
    },
  });
  return withSeries({ labels, max, create });
}

/** OpenTelemetry's gauges can't be added to, so that the value is kept here as well. */
function gauge({ name, help, labels = [] }: InstrumentOptions, { meter, max }: Backend): Gauge {
  const otel = meter.createGauge(name, { description: help });
  const create = (attributes: Record<string, string>) => {
    let current = 0;
    const set = (value: number): void => {
      if (!Number.isFinite(value)) return;
      current = value;
      otel.record(current, attributes);
    };
    return { set, add: (value: number) => set(current + value) };
  };
  return withSeries({ labels, max, create });
}

function histogram({ name, help, labels = [], buckets }: HistogramOptions, { meter, max }: Backend): Histogram {
  const advice = { explicitBucketBoundaries: [...buckets] };
  const otel = meter.createHistogram(name, { description: help, advice });
  const create = (attributes: Record<string, string>) => ({
    record(value: number) {
      if (Number.isFinite(value)) otel.record(value, attributes);
    },
  });
  return withSeries({ labels, max, create });
}
