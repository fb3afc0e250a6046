import { describe, expect, it } from "vitest";
import { fromBase64, fromPaddedBase64, toBase64 } from "./base64.ts";
import { formatDuration, formatGoDuration, parseDuration, parseGoDuration } from "./duration-text.ts";
import { camelCasePath, formatFieldMask, parseFieldMask, snakeCasePath } from "./field-mask-text.ts";
import { formatFloat32, toFloat32Range } from "./float-text.ts";
import { bigintOf, wholeNumber } from "./integer-text.ts";
import { formatTimestamp, parseTimestamp } from "./timestamp-text.ts";

describe("timestamps", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0, 0],
    ["2026-07-14T12:30:45.120Z", 1784032245, 120_000_000],
    ["1969-12-31T23:59:59.999999999Z", -1, 999_999_999],
    ["2000-02-29T00:00:00.000001Z", 951782400, 1000],
    ["0001-01-01T00:00:00Z", -62135596800, 0],
    ["9999-12-31T23:59:59Z", 253402300799, 0],
  ])("%s is read and written", (text, seconds, nanos) => {
    expect(parseTimestamp(text)).toEqual({ seconds, nanos });
    expect(formatTimestamp(seconds, nanos)).toBe(text);
  });

  it("are read with any offset", () => {
    expect(parseTimestamp("1970-01-01T02:00:00+02:00")).toEqual({ seconds: 0, nanos: 0 });
    expect(parseTimestamp("1969-12-31T18:30:00.5-05:30")).toEqual({ seconds: 0, nanos: 500_000_000 });
  });

  it("agree with Date on every day of 800 years", () => {
    for (let day = -200_000; day < 100_000; day += 1) {
      const text = formatTimestamp(day * 86_400, 0)!;
      if (parseTimestamp(text)?.seconds !== Date.parse(text) / 1000) expect.fail(text);
    }
  });

  it.each([
    "",
    "2026-07-14",
    "2026-07-14T12:30:45",
    "2026-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-10T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-07-14T24:00:00Z",
    "2026-07-14T12:60:00Z",
    "2026-07-14T12:30:60Z",
    "2026-07-14T12:30:45+24:00",
    "2026-07-14 12:30:45Z",
    "2026-07-14T12:30:45.1234567890Z",
    "0001-01-01T00:00:00+01:00",
    "0000-12-31T00:00:00Z",
    "2026-07-14t12:30:45z",
  ])("%j is none", (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it("out of range have no text", () => {
    expect(formatTimestamp(253402300800, 0)).toBeUndefined();
    expect(formatTimestamp(0, -1)).toBeUndefined();
    expect(formatTimestamp(0, 1_000_000_000)).toBeUndefined();
  });
});

describe("durations", () => {
  it.each([
    ["1s", "1s", 1, 0],
    ["90.500s", "1m30.5s", 90, 500_000_000],
    ["0s", "0s", 0, 0],
    ["0.000150s", "150µs", 0, 150_000],
    ["0.001500s", "1.5ms", 0, 1_500_000],
    ["0.000000007s", "7ns", 0, 7],
    ["-61s", "-1m1s", -61, 0],
    ["-0.250s", "-250ms", 0, -250_000_000],
    ["5400s", "1h30m0s", 5400, 0],
    ["315576000000s", "87660000h0m0s", 315_576_000_000, 0],
  ])("%s in JSON is %s in Go", (json, go, seconds, nanos) => {
    expect(formatDuration(seconds, nanos)).toBe(json);
    expect(parseDuration(json)).toEqual({ seconds, nanos });
    expect(formatGoDuration(seconds, nanos)).toBe(go);
    expect(parseGoDuration(go)).toEqual({ seconds, nanos });
  });

  it.each([
    ["+1.s", 1, 0],
    [".5s", 0, 500_000_000],
    ["-.5s", 0, -500_000_000],
  ])("%s is read from JSON", (text, seconds, nanos) => {
    expect(parseDuration(text)).toEqual({ seconds, nanos });
  });

  it.each([
    ["0", 0, 0],
    ["1.5h", 5400, 0],
    ["2m0.5s", 120, 500_000_000],
    ["5us", 0, 5000],
    ["1h1ns", 3600, 1],
    ["0.1h", 360, 0],
  ])("%s is read as Go's", (text, seconds, nanos) => {
    expect(parseGoDuration(text)).toEqual({ seconds, nanos });
  });

  it.each(["", "s", "5", "1m", "01s", "1.0000000000s", "315576000001s", " 1s", "1s "])("%j is none in JSON", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each(["", "5", "s", ".s", "1d", "1s1", "1 s", "99999999999h"])("%j is none in Go", (text) => {
    expect(parseGoDuration(text)).toBeUndefined();
  });

  it("with parts of two signs have no text", () => {
    expect(formatDuration(1, -1)).toBeUndefined();
    expect(formatGoDuration(-1, 1)).toBeUndefined();
  });
});

describe("base64", () => {
  it("is read as it is written, in a loop and by Buffer", () => {
    for (const length of [0, 1, 2, 3, 50, 95, 96, 97, 98, 1000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 31);
      const text = toBase64(bytes);
      const url = text.replaceAll("+", "-").replaceAll("/", "_");
      for (const form of [text, url, url.replaceAll("=", "")]) expect(fromBase64(form)).toStrictEqual(bytes);
    }
  });

  it.each(["A", "AQI=A", "A===", "=", "AQ=", "%%%%", "AQ I", "é===", `${"A".repeat(200)}%`, "A".repeat(201)])(
    "%j is none",
    (text) => {
      expect(fromBase64(text)).toBeUndefined();
    },
  );

  it("needs its padding where a query has it", () => {
    expect(fromPaddedBase64("AQI")).toBeUndefined();
    expect(fromPaddedBase64("AQI=")).toStrictEqual(Uint8Array.of(1, 2));
  });

  it("does not share memory with others", () => {
    expect(fromBase64("A".repeat(400))!.buffer.byteLength).toBe(300);
  });
});

describe("field masks", () => {
  it.each([
    ["a_b.c_d", "aB.cD"],
    ["x", "x"],
    ["*", "*"],
  ])("%s is %s", (snake, camel) => {
    expect(camelCasePath(snake)).toBe(camel);
    expect(snakeCasePath(camel)).toBe(snake);
    expect(parseFieldMask(camel)).toEqual([snake]);
    expect(formatFieldMask([snake])).toBe(camel);
  });

  it("refuses what is no path", () => {
    for (const text of ["a_b", "a b", "a..b", "1a", "a,"]) expect(parseFieldMask(text)).toBeUndefined();
    for (const path of ["aB", "a__b", "a_1", ""]) expect(formatFieldMask([path])).toBeUndefined();
    expect(parseFieldMask(" ")).toEqual([]);
  });
});

describe("floats", () => {
  it.each([
    [0.1, "0.1"],
    [12.34, "12.34"],
    [16777216, "16777216"],
    [3.4028234663852886e38, "3.4028235e+38"],
    [2 ** -149, "1e-45"],
    [1 / 3, "0.33333334"],
    [-1e10, "-10000000000"],
  ])("%d is %s", (value, text) => {
    expect(formatFloat32(Math.fround(value))).toBe(text);
  });

  it("end at the largest", () => {
    expect(toFloat32Range(3.4028235e38)).toBe(3.4028234663852886e38);
    expect(toFloat32Range(3.5e38)).toBeUndefined();
    expect(toFloat32Range(0.1)).toBe(0.1);
  });
});

it.each([
  ["5", 5n],
  ["-0", 0n],
  ["5.0", 5n],
  ["1e2", 100n],
  ["1.50e1", 15n],
  ["1200e-2", 12n],
  ["0.0e99999999999", 0n],
  ["5.5", undefined],
  ["1e-1", undefined],
  ["1e21", undefined],
  ["1e999999999999", undefined],
])("the whole number of %s is %s", (text, value) => {
  expect(wholeNumber(text)).toBe(value);
});

it.each([0, 1, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 5 - 2 ** 33, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
  "%d is made a bigint",
  (value) => expect(bigintOf(value)).toBe(BigInt(value)),
);

it("a bigint is put together of two parts", () => {
  expect(bigintOf(900_719_925_474_099, 10, 3)).toBe(9_007_199_254_740_993n);
  expect(bigintOf(999_999_999_999_999, 10_000, 9999)).toBe(9_999_999_999_999_999_999n);
});
