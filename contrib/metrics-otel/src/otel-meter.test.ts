import { type CollectedPoint, describeMeterContract } from "@kratos-ts/testing";
import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { createOtelMeter } from "./otel-meter.ts";

/** The SDK, with an exporter that can be read. */
function sdk() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const read = async () => {
    await provider.forceFlush();
    return exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
  };
  const collect = async (name: string): Promise<CollectedPoint[]> => {
    const all = (await read()).flatMap((scope) => scope.metrics);
    const found = all.find((metric) => metric.descriptor.name === name);
    return ((found?.dataPoints ?? []) as readonly Point[]).map(pointOf);
  };
  return { provider, read, collect, [Symbol.asyncDispose]: () => provider.shutdown() };
}

type Point = DataPoint<number> | DataPoint<Histogram>;

function pointOf({ attributes, value }: Point): CollectedPoint {
  const labels = attributes as Record<string, string>;
  if (typeof value === "number") return { labels, value };
  let below = 0;
  const buckets = new Map(
    value.buckets.boundaries.map((bound, i) => {
      below += value.buckets.counts[i] ?? 0;
      return [bound, below] as const;
    }),
  );
  return { labels, count: value.count, sum: value.sum, buckets };
}

describeMeterContract("createOtelMeter", () => {
  const subject = sdk();
  return { ...subject, meter: createOtelMeter({ provider: subject.provider }) };
});

test("instruments are of the scope kratos, with their help", async () => {
  await using subject = sdk();
  createOtelMeter({ provider: subject.provider }).counter({ name: "c_total", help: "What is counted" }).add();
  expect(await subject.read()).toMatchObject([
    { scope: { name: "kratos" }, metrics: [{ descriptor: { name: "c_total", description: "What is counted" } }] },
  ]);
});

test("without a provider instruments are those of the global one", async () => {
  await using subject = sdk();
  metrics.setGlobalMeterProvider(subject.provider);
  try {
    createOtelMeter().counter({ name: "c_total", help: "help" }).add();
    expect(await subject.collect("c_total")).toMatchObject([{ value: 1 }]);
  } finally {
    metrics.disable();
  }
});

test("maxSeries must be at least 1", () => {
  expect(() => createOtelMeter({ maxSeries: 0 })).toThrow("maxSeries must be at least 1, got 0");
});
