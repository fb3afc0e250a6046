import type { LogFields, Logger, LogLevel } from "@kratos-ts/core";
import type { LoggerSubject, WrittenLine } from "../src/index.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** What a logger does wrong, to see that its contract tells. */
export interface Faults {
  /** Is given each line before it is kept. */
  keep?(line: WrittenLine, lines: WrittenLine[]): void;
  enabled?(level: LogLevel, lowest: LogLevel): boolean;
  /** The fields of a child. */
  bind?(bound: LogFields, fields: LogFields): LogFields;
  render?(fields: LogFields): LogFields;
  close?(): Promise<void>;
}

/** A logger that keeps its lines in a list, as the contract wants it but for its faults. */
export function listLogger(lowest: LogLevel, faults: Faults = {}): LoggerSubject {
  const lines: WrittenLine[] = [];
  const { keep = (line) => void lines.push(line), render = plain, bind = (a, b) => ({ ...a, ...b }) } = faults;
  const isEnabled = faults.enabled ?? ((level) => levels.indexOf(level) >= levels.indexOf(lowest));
  const close = faults.close ?? (async () => {});
  const create = (bound: LogFields): Logger & AsyncDisposable => {
    const log =
      (level: LogLevel) =>
      (message: string, fields: LogFields = {}) => {
        if (isEnabled(level, lowest)) keep({ level, message, fields: { ...bound, ...render(fields) } }, lines);
      };
    return {
      debug: log("debug"),
      info: log("info"),
      warn: log("warn"),
      error: log("error"),
      enabled: (level) => isEnabled(level, lowest),
      with: (fields) => create(bind(bound, render(fields))),
      [Symbol.asyncDispose]: close,
    };
  };
  return { logger: create({}), lines: async () => lines, breakSink() {}, async [Symbol.asyncDispose]() {} };
}

/** As much of rendering as the contract asks for. */
function plain(fields: LogFields): LogFields {
  const entries = Object.entries(fields).filter(([name, value]) => value !== undefined && name !== "__proto__");
  return Object.fromEntries(entries.map(([name, value]) => [name, plainValue(value, [])]));
}

function plainValue(value: unknown, path: readonly unknown[]): unknown {
  if (typeof value === "string") return value.slice(0, 1000);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (path.length > 10 || path.includes(value)) return "…";
  try {
    return plainObject(value, [...path, value]);
  } catch {
    return "unreadable";
  }
}

function plainObject(value: object, path: readonly unknown[]): unknown {
  const list = (items: Iterable<unknown>) => Array.from(items, (item) => plainValue(item, path)).slice(0, 100);
  const object = (entries: Iterable<readonly [string, unknown]>) =>
    Object.fromEntries(Array.from(entries, ([name, item]) => [name, plainValue(item, path)]));
  if (Array.isArray(value) || value instanceof Set) return list(value);
  if (value instanceof Map) return object(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if ("$typeName" in value) return { "@type": value.$typeName };
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return { ...object([...Object.entries({ name, message, cause }), ...Object.entries(value)]), stack };
  }
  const { toJSON } = value as { toJSON?: () => unknown };
  return toJSON === undefined ? object(Object.entries(value)) : plainValue(toJSON.call(value), path);
}
