// A service at three times what it can do, simulated.
import { describe, expect, test } from "vitest";
import { bestGoodput, capacity, type OverloadResult, overload } from "../testdata/overload.ts";
import { type Cpu, type Simulation, seeded } from "../testdata/simulation.ts";
import { createBbrLimiter } from "./bbr.ts";
import { createCpuLoad } from "./cpu-load.ts";
import { createGradientLimiter } from "./gradient.ts";
import type { Limiter } from "./limiter.ts";

const best = bestGoodput();
const atThreeTimes = (limiter?: (world: Simulation, cpu: Cpu) => Limiter): OverloadResult =>
  overload({ perSecond: 3 * capacity, ...(limiter && { limiter }) });

function bbr(world: Simulation, cpu: Cpu): Limiter {
  const eventLoop = () => ({ active: cpu.busyMs, idle: world.time - cpu.busyMs });
  const readings = { now: world.now, eventLoop, cpuMs: () => cpu.busyMs };
  return createBbrLimiter({ now: world.now, cpu: createCpuLoad({ quota: 1, readings }) });
}

function gradient(world: Simulation): Limiter {
  return createGradientLimiter({ now: world.now, random: seeded(7) });
}

describe("three times what a service can do", () => {
  test("without a limiter leaves next to nothing that is answered in time", () => {
    expect(atThreeTimes().goodput).toBeLessThan(0.1 * best);
  });

  test.each([
    ["BBR", bbr],
    ["the gradient", gradient],
  ])("with %s gives at least 90 % of the best, and nobody waits long", (_, limiter) => {
    const { goodput, p99Ms, refused } = atThreeTimes(limiter);
    expect(goodput).toBeGreaterThan(0.9 * best);
    expect(p99Ms).toBeLessThan(250);
    expect(refused).toBeGreaterThan(0);
  });
});

test.each([
  ["BBR", bbr],
  ["the gradient", gradient],
])("%s refuses next to nothing at half of what the service can do", (_, limiter) => {
  const { refused } = overload({ perSecond: capacity / 2, limiter });
  expect(refused).toBeLessThan(0.01 * 40 * (capacity / 2));
});
