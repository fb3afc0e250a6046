import { type ConfigTree, type ConfigValue, deepFreeze, isTree } from "./tree.ts";

/** The configuration at one moment; it never changes. */
export interface Snapshot<T> {
  /** What the schema made of the tree; the tree itself without a schema. */
  readonly data: T;
  /** All sources merged, placeholders filled. */
  readonly tree: ConfigTree;
  /** Every path of the tree that dots can name, so that a read costs one look-up. */
  readonly values: ReadonlyMap<string, ConfigValue>;
}

export function createSnapshot<T>(tree: ConfigTree, data: T): Snapshot<T> {
  const values = new Map<string, ConfigValue>([["", tree]]);
  collect(tree, "", values);
  return { data: deepFreeze(data), tree: deepFreeze(tree), values };
}

function collect(tree: ConfigTree, prefix: string, values: Map<string, ConfigValue>): void {
  for (const [key, value] of Object.entries(tree)) {
    // A dot in a key is a character, a dot in a path is a step: such keys are out of reach of paths. Null is no value.
    if (key.includes(".") || value === null) continue;
    values.set(prefix + key, value);
    if (isTree(value)) collect(value, `${prefix}${key}.`, values);
  }
}
