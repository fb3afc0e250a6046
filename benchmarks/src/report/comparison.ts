import {
  callsPerCpuSecond,
  callsPerSecond,
  type Metric,
  pairedRatio,
  type Sample,
  type Spread,
  spread,
} from "../harness/statistics.ts";
import { formatCount, formatMegabytes, formatRatio } from "./numbers.ts";
import type { GoalResult, Table } from "./section.ts";

/** That one variant reaches a share of another one's calls per second. */
export interface RatioGoal {
  readonly variant: string;
  readonly of: string;
  readonly atLeast: number;
}

export interface Comparison {
  /** The variant that is 1. */
  readonly base: string;
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

/** One row for each variant: calls per second, CPU time of a call, both as ratios to the base, and memory. */
export function comparisonTable(comparison: Comparison): Table {
  const { base, samples } = comparison;
  const rows = [...samples].map(([name, own]) => [
    name,
    formatCount(spread(own.map(callsPerSecond)).median),
    ratioText(comparison, name, callsPerSecond),
    (1e6 / spread(own.map(callsPerCpuSecond)).median).toFixed(1),
    ratioText(comparison, name, callsPerCpuSecond),
    formatMegabytes(own.at(-1)?.rssBytes ?? Number.NaN),
  ]);
  const columns = ["", "calls/s", `ratio to ${base}`, "CPU µs/call", "ratio by CPU", "RSS MB"];
  return { columns, rows };
}

/** The ratio of two variants, slice by slice; undefined when one of them was not measured. */
export function ratioOf(
  comparison: Comparison,
  pair: { variant: string; of: string; metric: Metric },
): Spread | undefined {
  const own = comparison.samples.get(pair.variant);
  const base = comparison.samples.get(pair.of);
  return own && base && pairedRatio(own.map(pair.metric), base.map(pair.metric));
}

/** Holds the medians of calls per second against the goals; the same by CPU time is told beside. */
export function judge(comparison: Comparison, goals: readonly RatioGoal[]): GoalResult[] {
  return goals.map(({ variant, of, atLeast }) => {
    const goal = `${variant} ≥ ${atLeast.toFixed(2)} × ${of}`;
    const ratio = ratioOf(comparison, { variant, of, metric: callsPerSecond });
    const byCpu = ratioOf(comparison, { variant, of, metric: callsPerCpuSecond });
    if (ratio === undefined || byCpu === undefined) return { goal, measured: "not measured", held: undefined };
    const measured = `${formatRatio(ratio)}, by CPU ${byCpu.median.toFixed(2)}`;
    return { goal, measured, held: ratio.median >= atLeast };
  });
}

function ratioText(comparison: Comparison, variant: string, metric: Metric): string {
  const ratio = ratioOf(comparison, { variant, of: comparison.base, metric });
  if (ratio === undefined) return "";
  return variant === comparison.base ? "1" : formatRatio(ratio);
}
