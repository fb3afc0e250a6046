import { now as clock } from "@kratos-ts/core";
import { createCpuLoad } from "./cpu-load.ts";
import type { Limiter } from "./limiter.ts";
import { RollingWindow } from "./rolling-window.ts";

export interface BbrOptions {
  /** How far back it looks for the most calls that passed and their shortest time, in ms. Default 10 000. */
  windowMs?: number | undefined;
  /** Into how many parts that is divided. Default 100. */
  buckets?: number | undefined;
  /** The load above which calls can be refused, from 0 to 1; Kratos counts to 1000. Default 0.8. */
  cpuThreshold?: number | undefined;
  /** How many cores the process may use. Default: the cgroup's limit, where there is one, or those of the machine. */
  cpuQuota?: number | undefined;
  /**
   * The load, from 0 to 1. Default: the utilisation of the event loop or the process's share of `cpuQuota`, whichever
   * is more, smoothed over about half a second.
   */
  cpu?: (() => number) | undefined;
  /** The time in ms. Default: core's `now`. */
  now?: (() => number) | undefined;
}

/** What a {@link BbrLimiter} goes by. */
export interface BbrStat {
  /** From 0 to 1. */
  readonly cpu: number;
  readonly inFlight: number;
  /** What may be in flight under load. */
  readonly maxInFlight: number;
  /** The shortest mean time of calls in a part of the window, in ms. */
  readonly minRtMs: number;
  /** The most calls that ended in a part of the window. */
  readonly maxPass: number;
}

export interface BbrLimiter extends Limiter {
  stat(): BbrStat;
}

// Once it has refused a call it keeps its limit this long though the load is low again, or it would swing.
const coolDownMs = 1000;

/**
 * The limiter of go-kratos/aegis: while the CPU is busier than its threshold, it lets in flight what the service has
 * shown to get done, the most calls that passed × the shortest time that they took (Little's law), as TCP BBR finds
 * what a path can carry (Cardwell et al., ACM Queue 14/5, 2016).
 */
export function createBbrLimiter(options: BbrOptions = {}): BbrLimiter {
  const { windowMs = 10_000, buckets = 100, cpuThreshold = 0.8, cpuQuota, now = clock } = options;
  const cpu = options.cpu ?? createCpuLoad({ quota: cpuQuota });
  return new Bbr(new RollingWindow({ windowMs, buckets }), { cpu, now, cpuThreshold });
}

class Bbr implements BbrLimiter {
  /** How many calls ended, and their times in ms. */
  readonly #passed: RollingWindow;
  readonly #cpu: () => number;
  readonly #now: () => number;
  readonly #cpuThreshold: number;
  #inFlight = 0;
  #refusedAt = Number.NEGATIVE_INFINITY;
  // Of the parts that are full; they stay what they are until another one is.
  #knownSlot = Number.NaN;
  #maxPass = 1;
  #minRtMs = 1;

  constructor(passed: RollingWindow, options: Required<Pick<BbrOptions, "cpu" | "now" | "cpuThreshold">>) {
    this.#passed = passed;
    this.#cpu = options.cpu as () => number;
    this.#now = options.now as () => number;
    this.#cpuThreshold = options.cpuThreshold as number;
  }

  allow(): (() => void) | undefined {
    const start = this.#now();
    if (this.#refuses(start)) return undefined;
    this.#inFlight++;
    return () => {
      const end = this.#now();
      this.#inFlight--;
      this.#passed.add(end, 1, Math.ceil(end - start));
    };
  }

  stat(): BbrStat {
    const maxInFlight = this.#maxInFlight(this.#now());
    return {
      cpu: this.#cpu(),
      inFlight: this.#inFlight,
      maxInFlight,
      minRtMs: this.#minRtMs,
      maxPass: this.#maxPass,
    };
  }

  #refuses(time: number): boolean {
    const busy = this.#cpu() >= this.#cpuThreshold;
    if (!busy && time - this.#refusedAt > coolDownMs) return false;
    const refuses = this.#inFlight > 1 && this.#inFlight > this.#maxInFlight(time);
    if (refuses && busy) this.#refusedAt = time;
    return refuses;
  }

  #maxInFlight(time: number): number {
    this.#passed.advance(time);
    if (this.#passed.slot !== this.#knownSlot) this.#learn();
    return Math.floor((this.#maxPass * this.#minRtMs) / this.#passed.bucketMs + 0.5);
  }

  #learn(): void {
    let maxPass = 1;
    let minRtMs = Number.POSITIVE_INFINITY;
    this.#passed.forEachFull((passed, ms) => {
      if (passed === 0) return;
      if (passed > maxPass) maxPass = passed;
      minRtMs = Math.min(minRtMs, ms / passed);
    });
    this.#knownSlot = this.#passed.slot;
    this.#maxPass = maxPass;
    this.#minRtMs = Number.isFinite(minRtMs) ? Math.max(Math.ceil(minRtMs), 1) : 1;
  }
}
