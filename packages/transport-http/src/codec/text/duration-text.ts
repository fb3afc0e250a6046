import { formatFraction, type SecondsAndNanos } from "./timestamp-text.ts";

/** About 10,000 years: the range of `google.protobuf.Duration`. */
const maxSeconds = 315_576_000_000;

/** Whether it is a duration: within range, both parts of one sign. */
export function isDuration(seconds: number, nanos: number): boolean {
  if (!(Math.abs(seconds) <= maxSeconds && Math.abs(nanos) <= 999_999_999)) return false;
  return !((seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0));
}

/** The Protobuf JSON form, such as `90.500s`; undefined when it is no duration. */
export function formatDuration(seconds: number, nanos: number): string | undefined {
  if (!isDuration(seconds, nanos)) return undefined;
  const sign = seconds < 0 || nanos < 0 ? "-" : "";
  return `${sign}${Math.abs(seconds)}${formatFraction(Math.abs(nanos))}s`;
}

/** Reads the Protobuf JSON form; undefined when it is none or out of range. */
export function parseDuration(text: string): SecondsAndNanos | undefined {
  const match = protoSyntax.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = ""] = match;
  const seconds = Number(whole);
  return seconds > maxSeconds ? undefined : signed(sign === "-", seconds, Number(fraction.padEnd(9, "0")));
}

const protoSyntax = /^([+-]?)(?=[\d.])(0|[1-9]\d*)?(?:\.(\d{0,9}))?s$/;

/** Go's form, such as `1m30.5s`, `250ms`, `150µs`, `0s`; undefined when it is no duration. */
export function formatGoDuration(seconds: number, nanos: number): string | undefined {
  if (!isDuration(seconds, nanos)) return undefined;
  const sign = seconds < 0 || nanos < 0 ? "-" : "";
  const whole = Math.abs(seconds);
  const part = Math.abs(nanos);
  if (whole === 0) return sign + formatBelowSecond(part);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const decimals =
    part === 0
      ? ""
      : `.${String(1_000_000_000 + part)
          .slice(1)
          .replace(/0+$/, "")}`;
  const head = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : "";
  return `${sign}${head}${whole % 60}${decimals}s`;
}

function formatBelowSecond(nanos: number): string {
  if (nanos === 0) return "0s";
  if (nanos < 1000) return `${nanos}ns`;
  return nanos < 1_000_000 ? `${nanos / 1000}µs` : `${nanos / 1_000_000}ms`;
}

/** Reads Go's form: numbers with a unit each, or `0`; undefined when it is none or out of range. */
export function parseGoDuration(text: string): SecondsAndNanos | undefined {
  const match = goSyntax.exec(text);
  if (match === null) return undefined;
  const body = match[2]!;
  if (body === "0") return { seconds: 0, nanos: 0 };
  // In whole nanoseconds: parts of hours and minutes do not add up in floating point.
  let total = 0n;
  for (const [, whole = "", fraction = "", unit] of body.matchAll(goPart)) total += nanosOf(whole, fraction, unit!);
  const seconds = total / 1_000_000_000n;
  if (seconds > BigInt(maxSeconds)) return undefined;
  return signed(match[1] === "-", Number(seconds), Number(total % 1_000_000_000n));
}

const goSyntax = /^([+-]?)(0|(?:(?:\d{1,20}(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h)){1,16})$/;
const goPart = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g;
const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

function nanosOf(whole: string, fraction: string, unit: string): bigint {
  const nanos = unitNanos[unit]!;
  // An hour has 3.6e12 nanoseconds: more digits than that say nothing.
  const digits = fraction.slice(0, 15);
  return BigInt(whole) * nanos + (BigInt(digits) * nanos) / 10n ** BigInt(digits.length);
}

function signed(negative: boolean, seconds: number, nanos: number): SecondsAndNanos {
  // 0 - x and not -x: there is no negative zero among the parts.
  return negative ? { seconds: 0 - seconds, nanos: 0 - nanos } : { seconds, nanos };
}
