import { KratosError } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { formatTimeout, parseTimeout } from "./grpc-timeout.ts";

describe("parseTimeout", () => {
  it.each([
    ["1H", 3_600_000],
    ["2M", 120_000],
    ["3S", 3_000],
    ["99999999m", 99_999_999],
    ["500u", 0.5],
    ["1n", 1e-6],
    ["0m", 0],
  ])("reads %s", (text, ms) => {
    expect(parseTimeout(text)).toBe(ms);
  });

  it.each(["", "1", "S", "123456789m", "-1m", "1.5S", "1s", "1 S", "1S ", "1S,2S"])("refuses %j with a 400", (text) => {
    expect(() => parseTimeout(text)).toThrow(KratosError);
    expect(() => parseTimeout(text)).toThrow("grpc-timeout");
  });
});

describe("formatTimeout", () => {
  it.each([
    [1500, "1500m"],
    [0.2, "1m"],
    [-5, "0m"],
    [100_000_000, "100000S"],
    [99_999_999_001, "1666667M"],
    [Number.MAX_SAFE_INTEGER, "99999999H"],
  ])("writes %d ms", (ms, text) => {
    expect(formatTimeout(ms)).toBe(text);
  });

  it("writes what parseTimeout reads, never shorter than asked", () => {
    for (const ms of [1, 999, 123_456, 1e9, 1e12, 1e14])
      expect(parseTimeout(formatTimeout(ms))).toBeGreaterThanOrEqual(ms);
  });
});
