import type { LogLevel } from "@kratos-ts/core";

/** From the least to the most severe. */
export const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** The level of that name, in any case; undefined for what is none. */
export function levelOf(name: unknown): LogLevel | undefined {
  return typeof name === "string" ? levels.find((level) => level === name.toLowerCase()) : undefined;
}

/** Throws a RangeError for what is no level. */
export function checkLevel(name: unknown): LogLevel {
  const level = levelOf(name);
  if (level === undefined) throw new RangeError(`a log level is one of ${levels.join(", ")}, got ${String(name)}`);
  return level;
}
