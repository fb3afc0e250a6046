import type { ConfigKeyValue } from "@kratos-ts/core";

/** A key with its extension as format, unless one is given; in the order of their keys. */
export function keyValuesOf(
  entries: Iterable<readonly [key: string, value: Uint8Array]>,
  format: string | undefined,
): readonly ConfigKeyValue[] {
  return [...entries]
    .map(([key, value]) => ({ key, value, format: format ?? extensionOf(key) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What follows the last dot of the name. */
function extensionOf(key: string): string | undefined {
  return /\.([^./]+)$/.exec(key)?.[1];
}
