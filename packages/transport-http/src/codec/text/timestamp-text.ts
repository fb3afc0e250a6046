/** The parts of a `google.protobuf.Timestamp` or `google.protobuf.Duration`. */
export interface SecondsAndNanos {
  seconds: number;
  nanos: number;
}

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: all that RFC 3339 can say. */
const minSeconds = -62135596800;
const maxSeconds = 253402300799;

/**
 * The RFC 3339 text of a timestamp in UTC, with 0, 3, 6 or 9 digits after the second; undefined when it is out of
 * range.
 */
export function formatTimestamp(seconds: number, nanos: number): string | undefined {
  if (!(seconds >= minSeconds && seconds <= maxSeconds && nanos >= 0 && nanos <= 999_999_999)) return undefined;
  const day = Math.floor(seconds / 86400);
  const rest = seconds - day * 86400;
  const hour = (rest / 3600) | 0;
  const minute = ((rest / 60) | 0) - hour * 60;
  const clock = `${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(rest % 60)}`;
  return `${formatDay(day)}T${clock}${formatFraction(nanos)}Z`;
}

/** `.` and 3, 6 or 9 digits for a part of a second; empty for none. */
export function formatFraction(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(1_000_000_000 + nanos).slice(1);
  if (digits.endsWith("000000")) return `.${digits.slice(0, 3)}`;
  return digits.endsWith("000") ? `.${digits.slice(0, 6)}` : `.${digits}`;
}

/** Reads RFC 3339; undefined when it is none, no such day exists, or it is out of range. */
export function parseTimestamp(text: string): SecondsAndNanos | undefined {
  if (!timestampSyntax.test(text)) return undefined;
  const days = daysSinceEpoch(
    twoDigitsAt(text, 0) * 100 + twoDigitsAt(text, 2),
    twoDigitsAt(text, 5),
    twoDigitsAt(text, 8),
  );
  const clock = secondsOfClock(twoDigitsAt(text, 11), twoDigitsAt(text, 14), twoDigitsAt(text, 17));
  const offset = text.endsWith("Z") ? 0 : offsetOf(text.slice(-6));
  const seconds = days * 86400 + clock - offset;
  // Whatever part is wrong, the sum is not a number.
  if (!(seconds >= minSeconds && seconds <= maxSeconds)) return undefined;
  return { seconds, nanos: text[19] === "." ? nanosAt(text, 20) : 0 };
}

const timestampSyntax = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

function twoDigitsAt(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
}

function nanosAt(text: string, at: number): number {
  let nanos = 0;
  let unit = 100_000_000;
  for (let i = at; unit >= 1; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    nanos += digit * unit;
    unit /= 10;
  }
  return nanos;
}

function secondsOfClock(hour: number, minute: number, second: number): number {
  return hour < 24 && minute < 60 && second < 60 ? hour * 3600 + minute * 60 + second : Number.NaN;
}

function offsetOf(zone: string): number {
  const size = secondsOfClock(twoDigitsAt(zone, 1), twoDigitsAt(zone, 4), 0);
  return zone.startsWith("-") ? -size : size;
}

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysBeforeMonth = daysOfMonth.map((_, month) => daysOfMonth.slice(0, month).reduce((sum, days) => sum + days, 0));

/** NaN for a day that does not exist, such as February 30. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (daysOfMonth[month - 1] ?? 0);
  if (day < 1 || day > days) return Number.NaN;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  // 719162 days lie before 1970 in this calendar.
  return past * 365 + leapDays - 719_162 + daysBeforeMonth[month - 1]! + (month > 2 && isLeap ? 1 : 0) + day - 1;
}

// Most timestamps that are written together are of one day.
let lastDay = Number.NaN;
let lastDayText = "";

function formatDay(day: number): string {
  if (day !== lastDay) {
    lastDayText = new Date(day * 86_400_000).toISOString().slice(0, 10);
    lastDay = day;
  }
  return lastDayText;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
