/** A value of the configuration: what JSON holds, and `bigint` for integers beyond 2^53. */
export type ConfigValue = string | number | bigint | boolean | null | readonly ConfigValue[] | ConfigTree;

/** An object of the configuration. */
export interface ConfigTree {
  readonly [key: string]: ConfigValue;
}

/** A tree that is being made. */
export type MutableTree = Record<string, ConfigValue>;

/** Deeper than this is a mistake or an attack: everything here recurses. */
export const maxDepth = 100;

export function isTree(value: unknown): value is ConfigTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets an own property, also one called `__proto__`. */
export function setOwn(tree: object, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(tree, key, { value, writable: true, enumerable: true, configurable: true });
  else (tree as Record<string, unknown>)[key] = value;
}

export function getOwn(value: unknown, key: string): ConfigValue | undefined {
  return isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at a dotted path; undefined where there is none. */
export function valueAt(tree: ConfigTree, path: string): ConfigValue | undefined {
  let value: ConfigValue | undefined = tree;
  for (const key of path.split(".")) value = getOwn(value, key);
  return value;
}

/** The tree that a flat key stands for: `a.b` = value. */
export function treeOf(path: string, value: ConfigValue): ConfigTree {
  let tree = value;
  for (const key of path.split(".").reverse()) {
    const parent: MutableTree = {};
    setOwn(parent, key, tree);
    tree = parent;
  }
  return tree as ConfigTree;
}

/** Merges `source` into `target`: objects deep, the rest replaced; an empty object changes nothing that is there. */
export function mergeInto(target: MutableTree, source: ConfigTree): void {
  for (const [key, value] of Object.entries(source)) {
    const present = getOwn(target, key);
    if (!isTree(value)) setOwn(target, key, value);
    else if (isTree(present)) mergeInto(present as MutableTree, value);
    else if (present === undefined || Object.keys(value).length > 0) {
      const copy: MutableTree = {};
      mergeInto(copy, value);
      setOwn(target, key, copy);
    }
  }
}

/** `next` with every part that equals one of `previous` replaced by that: `previous` itself when nothing differs. */
export function share<T>(previous: unknown, next: T): T {
  if (Object.is(previous, next)) return next;
  if (Array.isArray(previous) && Array.isArray(next)) {
    const items = next.map((item, i) => share(previous[i], item));
    const same = items.length === previous.length && items.every((item, i) => Object.is(item, previous[i]));
    return (same ? previous : items) as T;
  }
  if (!isTree(previous) || !isTree(next)) return next;
  const shared: MutableTree = {};
  let same = Object.keys(previous).length === Object.keys(next).length;
  for (const [key, value] of Object.entries(next)) {
    const before = getOwn(previous, key);
    const after = share(before, value);
    setOwn(shared, key, after);
    same &&= before !== undefined && Object.is(before, after);
  }
  return (same ? previous : shared) as T;
}

/** Freezes plain objects, lists and Protobuf messages, and all that is in them; other objects are left as they are. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = Array.isArray(value) || prototype === Object.prototype || prototype === null || "$typeName" in value;
  if (!plain) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
