import { availableParallelism } from "node:os";
import { type EventLoopUtilization, performance } from "node:perf_hooks";
import { now as clock } from "@kratos-ts/core";
import { cgroupCpuLimit } from "./cgroup-cpu.ts";

/** Where readings come from: Node, or a test. */
export interface CpuReadings {
  /** The time in ms. */
  now(): number;
  /** How long the event loop has been busy, and idle, since the process began, in ms. */
  eventLoop(): Pick<EventLoopUtilization, "active" | "idle">;
  /** The CPU time of all of the process's threads, in ms. */
  cpuMs(): number;
}

export interface CpuLoadOptions {
  /** How many cores the process may use. Default: the cgroup's limit, where there is one, or those of the machine. */
  readonly quota?: number | undefined;
  readonly readings?: CpuReadings | undefined;
}

const nodeReadings: CpuReadings = {
  now: clock,
  eventLoop: () => performance.eventLoopUtilization(),
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

// Short enough to notice an overload before its queue is long.
const sampleMs = 100;
const smoothingMs = 500;

/**
 * Makes what tells how busy the process is, from 0 to 1, smoothed over about half a second. One thread runs our code, so the
 * event loop is what gets full first; threads of the process, and a quota below one core, show in its CPU time. It reads
 * only when asked, so there is no timer to stop.
 */
export function createCpuLoad({ quota, readings = nodeReadings }: CpuLoadOptions = {}): () => number {
  const cores = quota ?? cgroupCpuLimit() ?? availableParallelism();
  if (!(cores > 0)) throw new RangeError(`cpuQuota is ${cores}, but has to be a number of cores above 0`);
  let last = sample(readings);
  let load = 0;
  return () => {
    const elapsedMs = readings.now() - last.time;
    if (elapsedMs < sampleMs) return load;
    const current = sample(readings);
    const busyMs = current.active - last.active;
    const loop = busyMs / Math.max(busyMs + current.idle - last.idle, Number.MIN_VALUE);
    const cpu = (current.cpuMs - last.cpuMs) / (elapsedMs * cores);
    last = current;
    const weight = 1 - Math.exp(-elapsedMs / smoothingMs);
    load += weight * (Math.min(Math.max(loop, cpu, 0), 1) - load);
    return load;
  };
}

interface Sample {
  readonly time: number;
  readonly active: number;
  readonly idle: number;
  readonly cpuMs: number;
}

function sample(readings: CpuReadings): Sample {
  const { active, idle } = readings.eventLoop();
  return { time: readings.now(), active, idle, cpuMs: readings.cpuMs() };
}
