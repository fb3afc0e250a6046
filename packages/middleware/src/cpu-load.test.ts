import { describe, expect, test } from "vitest";
import { type CpuReadings, createCpuLoad } from "./cpu-load.ts";

/** A process of which the test decides what it does. */
function processOn(quota: number) {
  const state = { time: 0, active: 0, idle: 0, cpu: 0 };
  const readings: CpuReadings = {
    now: () => state.time,
    eventLoop: () => ({ active: state.active, idle: state.idle }),
    cpuMs: () => state.cpu,
  };
  const load = createCpuLoad({ quota, readings });
  return {
    load,
    /** Time passes, with the event loop and the CPU busy for these shares of it. */
    pass(ms: number, { loop = 0, cpu = 0 }) {
      state.time += ms;
      state.active += ms * loop;
      state.idle += ms * (1 - loop);
      state.cpu += ms * cpu;
      return load();
    },
  };
}

describe("the load", () => {
  test("is that of the event loop, however many cores there are", () => {
    expect(processOn(8).pass(60_000, { loop: 0.9, cpu: 0.9 })).toBeCloseTo(0.9);
  });

  test("is the share of the quota where that is more", () => {
    expect(processOn(2).pass(60_000, { loop: 0.1, cpu: 1.5 })).toBeCloseTo(0.75);
    expect(processOn(0.5).pass(60_000, { loop: 0.3, cpu: 0.4 })).toBeCloseTo(0.8);
  });

  test("is never more than 1", () => {
    expect(processOn(1).pass(60_000, { loop: 1, cpu: 4 })).toBeCloseTo(1);
  });

  test("follows within about a second", () => {
    const { pass } = processOn(1);
    let ms = 0;
    for (; pass(100, { loop: 1 }) < 0.8; ms += 100);
    expect(ms).toBeGreaterThan(500);
    expect(ms).toBeLessThan(1000);
    for (ms = 0; pass(100, { loop: 0 }) > 0.2; ms += 100);
    expect(ms).toBeLessThan(1000);
  });

  test("is read anew ten times a second at most", () => {
    const { pass } = processOn(1);
    expect(pass(99, { loop: 1 })).toBe(0);
    expect(pass(1, { loop: 1 })).toBeGreaterThan(0);
  });
});

test("needs a quota above 0", () => {
  expect(() => createCpuLoad({ quota: 0 })).toThrow(RangeError);
});

test("of this process is between 0 and 1", async () => {
  const load = createCpuLoad();
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(load()).toBeGreaterThan(0);
  expect(load()).toBeLessThanOrEqual(1);
});
