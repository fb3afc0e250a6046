import type { Bench } from "../harness/bench.ts";
import type { Sample } from "../harness/statistics.ts";
import { comparisonTable, judge, type RatioGoal } from "../report/comparison.ts";
import type { Section } from "../report/section.ts";
import { measure, type RunningVariant } from "./measure.ts";
import type { Variant } from "./variant.ts";

export interface Suite<V extends Variant> {
  readonly title: string;
  readonly about: string;
  /** The first is what the others are compared with. */
  readonly variants: readonly V[];
  readonly goals?: readonly RatioGoal[] | undefined;
}

export interface CompareOptions<V extends Variant> {
  readonly bench: Bench;
  start(variant: V): Promise<RunningVariant<Sample>>;
}

/** Measures the variants of a suite and sets them side by side. */
export async function compare<V extends Variant>(
  suite: Suite<V>,
  { bench, start }: CompareOptions<V>,
): Promise<Section> {
  const { title, about, variants, goals = [] } = suite;
  const { samples, failures } = await measure(variants, { bench, plan: bench.plan, start });
  const comparison = { base: variants[0]?.name ?? "", samples };
  return { title, about, table: comparisonTable(comparison), goals: judge(comparison, goals), failures };
}
