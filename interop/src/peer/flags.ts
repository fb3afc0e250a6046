import { parseArgs } from "node:util";

type Flags = Record<string, { type: "string"; default?: string } | { type: "boolean"; default?: boolean }>;

/** The values of command-line flags; as with Go's programs, one dash is as good as two. */
export function readFlags(flags: Flags): Record<string, string | boolean | undefined> {
  const args = process.argv.slice(2).map((arg) => arg.replace(/^-{1,2}(?=[a-z])/, "--"));
  return parseArgs({ args, options: flags, strict: true }).values as Record<string, string | boolean | undefined>;
}

const unitMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 };

/** A duration in ms: a bare number of ms, or one of Go's (`5s`, `1m30s`, `250ms`). Throws a RangeError for all else. */
export function parseDurationMs(text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  const sign = text.startsWith("-") ? -1 : 1;
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text.replace(/^[-+]/, ""))
    throw new RangeError(`${JSON.stringify(text)} is no duration; write 5s, 250ms, or a number of ms`);
  return sign * parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit as string] as number), 0);
}
