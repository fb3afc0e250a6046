import type { Bench } from "../harness/bench.ts";
import type { GoProgram } from "../harness/programs.ts";
import { interleave, type Runner, type SlicePlan } from "../harness/slices.ts";
import type { Variant } from "./variant.ts";

/** A variant that has been started. */
export type RunningVariant<S> = Runner<S> & Partial<AsyncDisposable>;

export interface MeasureOptions<V extends Variant, S> {
  readonly bench: Bench;
  readonly plan: SlicePlan;
  start(variant: V): Promise<RunningVariant<S>>;
}

export interface Measured<S> {
  readonly samples: ReadonlyMap<string, readonly S[]>;
  /** Why a variant is missing from the samples, a text each. */
  readonly failures: readonly string[];
}

/** Starts the variants, measures them in turns, stops them. One that fails is left out, and the others go on. */
export async function measure<V extends Variant, S>(
  variants: readonly V[],
  { bench, plan, start }: MeasureOptions<V, S>,
): Promise<Measured<S>> {
  await using stack = new AsyncDisposableStack();
  const failures = new Map<string, Error>();
  const running: RunningVariant<S>[] = [];
  for (const variant of available(variants, bench.go))
    try {
      const one = await start(variant);
      stack.defer(async () => one[Symbol.asyncDispose]?.());
      running.push(one);
    } catch (error) {
      bench.signal.throwIfAborted();
      failures.set(variant.name, error as Error);
    }
  const slices = await interleave(running, plan, bench.signal);
  for (const [name, error] of slices.failures) failures.set(name, error);
  return { samples: slices.samples, failures: [...failures].map(([name, error]) => `${name}: ${error.message}`) };
}

// The Go program is not everywhere.
function available<V extends Variant>(variants: readonly V[], go: GoProgram): V[] {
  return variants.filter(({ program }) => "node" in program || "binary" in go);
}
