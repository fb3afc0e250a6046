import type { Limiter } from "../src/limiter.ts";
import { Cpu, exponential, Simulation, seeded } from "./simulation.ts";

export interface OverloadOptions {
  /** Calls per second. */
  readonly perSecond: number;
  /** Makes what limits the calls; undefined: all are served. */
  readonly limiter?: (world: Simulation, cpu: Cpu) => Limiter;
}

export interface OverloadResult {
  /** Calls per second that were answered in time. */
  readonly goodput: number;
  /** Of the calls that were served in time or not, in ms. */
  readonly p99Ms: number;
  readonly refused: number;
}

// What a call costs: the CPU, something to wait for, the CPU again; so the service can do 250 calls per second.
const cpuMs = 2;
const waitMs = 10;
const refusalMs = 0.1;
const deadlineMs = 1000;
const seconds = 40;
// What is measured begins here, since every limiter learns first.
const learningMs = 3000;

export const capacity = 1000 / (2 * cpuMs);

/** A service on one core, whose callers wait for a second; what comes later was done for nobody. */
export function overload({ perSecond, limiter: make }: OverloadOptions): OverloadResult {
  const world = new Simulation();
  const cpu = new Cpu(world);
  const random = seeded(42);
  const limiter = make?.(world, cpu);
  const times: number[] = [];
  let good = 0;
  let refused = 0;

  const serve = (): void => {
    const start = world.time;
    const done = limiter === undefined ? () => {} : limiter.allow();
    if (done === undefined) {
      refused++;
      cpu.do(refusalMs, () => {});
      return;
    }
    const work = (then: () => void): void => cpu.do(exponential(cpuMs, random), then);
    work(() =>
      world.at(world.time + exponential(waitMs, random), () =>
        work(() => {
          done({});
          if (start < learningMs) return;
          times.push(world.time - start);
          if (world.time - start <= deadlineMs) good++;
        }),
      ),
    );
  };

  world.arrivals(perSecond, { end: seconds * 1000, random, arrive: serve });
  world.run();
  times.sort((a, b) => a - b);
  return {
    goodput: good / (seconds - learningMs / 1000),
    p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
    refused,
  };
}

/** The most that the service does in time, at whatever load, with no limiter. */
export function bestGoodput(): number {
  return Math.max(...[0.6, 0.8, 0.9, 1].map((load) => overload({ perSecond: load * capacity }).goodput));
}
