import { describe, expect, it } from "vitest";
import { callsPerCpuSecond, callsPerSecond, pairedRatio, quantile, spread } from "./statistics.ts";

describe("quantile", () => {
  it.each([
    { values: [3], q: 0.25, expected: 3 },
    { values: [4, 1, 3, 2], q: 0.5, expected: 2.5 },
    { values: [4, 1, 3, 2], q: 0.25, expected: 1.75 },
    { values: [10, 20, 30], q: 0, expected: 10 },
    { values: [10, 20, 30], q: 1, expected: 30 },
    { values: [100, 9, 10], q: 0.5, expected: 10 },
  ])("is $expected for $q of $values", ({ values, q, expected }) => {
    expect(quantile(values, q)).toBe(expected);
  });

  it("leaves its input in order", () => {
    const values = [3, 1, 2];
    quantile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });

  it("refuses an empty list", () => {
    expect(() => quantile([], 0.5)).toThrow("no values");
  });
});

describe("spread", () => {
  it("is the median between its quartiles", () => {
    expect(spread([5, 1, 2, 4, 3])).toEqual({ median: 3, lower: 2, upper: 4 });
  });
});

describe("pairedRatio", () => {
  it("compares slices of the same round, so that a slow minute does not count", () => {
    expect(pairedRatio([10, 5, 1], [20, 10, 2])).toEqual({ median: 0.5, lower: 0.5, upper: 0.5 });
  });

  it("refuses series of different length", () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow("2 slices can't be paired with 1");
  });
});

describe("metrics", () => {
  const sample = { calls: 1000, seconds: 0.5, cpuMicros: 250_000, rssBytes: 1 };
  it("counts calls per second", () => {
    expect(callsPerSecond(sample)).toBe(2000);
  });
  it("counts calls per second of CPU time", () => {
    expect(callsPerCpuSecond(sample)).toBe(4000);
  });
});
