import { msgpackError } from "./msgpack-error.ts";

/**
 * Makes numbers of the bigints that fit one, in place. Fewer keys than the body had entries means that the later of two
 * equal ones has replaced the other: an error.
 */
export function plainValue(decoded: unknown, entries: number): unknown {
  let keys = 0;
  const plain = (value: unknown): unknown => {
    if (typeof value === "bigint") return isSafe(value) ? Number(value) : value;
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) value[i] = plain(value[i]);
      return value;
    }
    const record = value as Record<string, unknown>;
    for (const key of Object.keys(record)) {
      keys++;
      record[key] = plain(record[key]);
    }
    return record;
  };
  const value = plain(decoded);
  if (keys !== entries) throw msgpackError({ expected: "each key of a map once" });
  return value;
}

function isSafe(value: bigint): boolean {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
}
