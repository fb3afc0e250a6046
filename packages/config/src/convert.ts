import type { ConfigValue } from "./tree.ts";

/** A string, number or boolean as text; undefined for lists, objects and null. */
export function toText(value: ConfigValue): string | undefined {
  return typeof value === "object" ? undefined : textOf(value);
}

export function textOf(value: string | number | bigint | boolean): string {
  return String(value);
}

/** A number, or the decimal text of one, without what is behind the point; undefined for all else. */
export function toInt(value: ConfigValue): number | bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isFinite(value) ? Math.trunc(value) : undefined;
  if (typeof value !== "string" || !/^[+-]?\d+$/.test(value)) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value.replace("+", ""));
}

/** A number, or the text of one; undefined for all else. */
export function toFloat(value: ConfigValue): number | undefined {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return undefined;
  return Number(value);
}

const truths = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const falsities = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** A boolean, 1 or 0, or the text of one; undefined for all else. */
export function toBoolean(value: ConfigValue): boolean | undefined {
  const text = toText(value) ?? "";
  if (truths.has(text)) return true;
  return falsities.has(text) ? false : undefined;
}
