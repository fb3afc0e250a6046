import type { HostileOptions, HostileResult } from "./run.ts";

export interface Flags {
  readonly seed?: string | undefined;
  readonly seconds?: string | undefined;
  readonly only?: string | undefined;
}

/** From flags, else from KRATOS_HOSTILE_SEED and KRATOS_HOSTILE_SECONDS; mutations take 60 s in CI, and 3 s elsewhere. */
export function hostileOptions({ seed, seconds, only }: Flags = {}): HostileOptions {
  const { CI, KRATOS_HOSTILE_SEED, KRATOS_HOSTILE_SECONDS } = process.env;
  return {
    seed: Number(seed ?? KRATOS_HOSTILE_SEED ?? Date.now() % 2 ** 31),
    mutationMs: Number(seconds ?? KRATOS_HOSTILE_SECONDS ?? (CI === "true" ? 60 : 3)) * 1000,
    only,
  };
}

/** The one line about a run. */
export function summaryOf({ inputs, mutations, failures }: HostileResult, { seed }: HostileOptions): string {
  return `hostile: ${inputs} inputs, ${mutations} mutations (seed ${seed}), ${failures.length} failed`;
}
