import { type RegistryKind, registryKinds } from "../registry-choice.ts";
import type { Extent } from "./stage.ts";

/** How much is done, from the flags, or else from KRATOS_CHAOS_SEED. */
export function extentOf({ long = false, seed }: { long?: boolean | undefined; seed?: string | undefined }): Extent {
  const { KRATOS_CHAOS_SEED } = process.env;
  return {
    seed: Number(seed ?? KRATOS_CHAOS_SEED ?? Date.now() % 2 ** 31),
    ...(long
      ? { instances: 6, restartCalls: 500_000, outageMs: 50_000, pushMs: 60_000 }
      : { instances: 3, restartCalls: 50_000, outageMs: 6000, pushMs: 3000 }),
  };
}

/** Throws an Error for a registry that there is not. */
export function kindsOf(registry: string): readonly RegistryKind[] {
  const kinds = registryKinds.filter((kind) => registry === "all" || kind === registry);
  if (kinds.length > 0) return kinds;
  throw new Error(`--registry is ${JSON.stringify(registry)}; there are ${registryKinds.join(", ")} and all`);
}
