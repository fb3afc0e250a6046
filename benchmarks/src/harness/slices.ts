import type { Sample } from "./statistics.ts";

/** Something that can be measured for a while. */
export interface Runner<S = Sample> {
  readonly name: string;
  /** Runs for about that long, in ms. */
  slice(ms: number): Promise<S>;
}

export interface SlicePlan {
  readonly rounds: number;
  readonly sliceMs: number;
  readonly warmUpMs: number;
}

export interface Slices<S = Sample> {
  /** The samples of each runner that got through, one for each round. */
  readonly samples: ReadonlyMap<string, readonly S[]>;
  /** Why the others did not. */
  readonly failures: ReadonlyMap<string, Error>;
}

/**
 * Measures runners in turns: each round gives one slice to each. The order of every second round is reversed, and
 * each round begins with another runner, so that nobody always comes after the same one.
 */
export async function interleave<S>(
  runners: readonly Runner<S>[],
  plan: SlicePlan,
  signal?: AbortSignal,
): Promise<Slices<S>> {
  const samples = new Map<string, S[]>();
  const failures = new Map<string, Error>();
  const run = async (runner: Runner<S>, ms: number): Promise<S | undefined> => {
    signal?.throwIfAborted();
    if (failures.has(runner.name)) return undefined;
    try {
      return await runner.slice(ms);
    } catch (error) {
      signal?.throwIfAborted();
      failures.set(runner.name, error as Error);
      samples.delete(runner.name);
      return undefined;
    }
  };
  for (const runner of runners) await run(runner, plan.warmUpMs);
  for (let round = 0; round < plan.rounds; round++)
    for (const runner of orderOf(runners, round)) {
      const sample = await run(runner, plan.sliceMs);
      if (sample !== undefined) samples.set(runner.name, [...(samples.get(runner.name) ?? []), sample]);
    }
  return { samples, failures };
}

function orderOf<R>(runners: readonly R[], round: number): R[] {
  const first = round % Math.max(runners.length, 1);
  const order = [...runners.slice(first), ...runners.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}
