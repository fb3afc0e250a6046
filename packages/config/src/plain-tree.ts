import { type ConfigTree, type ConfigValue, type MutableTree, maxDepth, setOwn } from "./tree.ts";

/** What a parser made, as plain values: dates as text, integers as numbers where those can hold them. Throws an Error. */
export function plainTree(value: unknown): ConfigTree {
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw new Error("expected an object at the top");
  return plain(value, 0) as ConfigTree;
}

function plain(value: unknown, depth: number): ConfigValue {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") throw new Error(`expected plain values, got a ${typeof value}`);
  if (depth >= maxDepth) throw new Error(`expected at most ${maxDepth} objects and lists within each other`);
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (value instanceof Date) return value.toISOString();
  const tree: MutableTree = {};
  for (const [key, item] of Object.entries(value)) setOwn(tree, key, plain(item, depth + 1));
  return tree;
}
