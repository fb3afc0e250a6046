import { now as clock, type DoneInfo, KratosError } from "@kratos-ts/core";
import type { Limiter } from "./limiter.ts";

export interface GradientOptions {
  /** The calls in flight that are allowed to begin with. Default 20. */
  initialLimit?: number | undefined;
  /** The fewest that are ever allowed, which is also what it measures with. Default 3. */
  minLimit?: number | undefined;
  /** The most that are ever allowed. Default 1000. */
  maxLimit?: number | undefined;
  /** How much longer than alone calls may take before the limit falls, as a share. Default 0.25. */
  tolerance?: number | undefined;
  /** How often the limit is set anew, in ms. Default 100. */
  windowMs?: number | undefined;
  /** How often it measures what calls take alone while it refuses calls, in ms, spread by 15 %. Default 30 000. */
  measureMs?: number | undefined;
  /** The time in ms. Default: core's `now`. */
  now?: (() => number) | undefined;
  /** A number from 0 up to 1. Default `Math.random`. */
  random?: (() => number) | undefined;
}

export interface GradientLimiter extends Limiter {
  /** How many calls may be in flight now. */
  readonly limit: number;
  readonly inFlight: number;
}

// Of fewer calls the mean says little.
const minSamples = 10;
// Calls that take seconds are not measured by ten.
const longestMeasuringMs = 1000;

/**
 * A limit that follows the time calls take, as Envoy's adaptive concurrency filter does. In each window it becomes
 * limit × (alone × (1 + tolerance) / now), at most doubled and at least halved, and √limit more, so that it finds out
 * when there is room for more. What calls take alone shows while there are few of them; when it had to refuse calls it
 * lets only `minLimit` in flight for a moment, now and then, to see. Calls that fail tell nothing, but those that ran
 * out of time (504) halve the limit.
 */
export function createGradientLimiter(options: GradientOptions = {}): GradientLimiter {
  const { initialLimit = 20, minLimit = 3, maxLimit = 1000 } = options;
  if (!(minLimit >= 1 && minLimit <= initialLimit && initialLimit <= maxLimit))
    throw new RangeError(
      `concurrency limit: minLimit ${minLimit}, initialLimit ${initialLimit} and maxLimit ${maxLimit} have to rise from 1`,
    );
  return new Gradient({
    initialLimit,
    minLimit,
    maxLimit,
    tolerance: options.tolerance ?? 0.25,
    windowMs: options.windowMs ?? 100,
    measureMs: options.measureMs ?? 30_000,
    now: options.now ?? clock,
    random: options.random ?? Math.random,
  });
}

type Settings = { readonly [K in keyof GradientOptions]-?: NonNullable<GradientOptions[K]> };

class Gradient implements GradientLimiter {
  readonly #settings: Settings;
  #limit: number;
  #inFlight = 0;
  /** What calls take alone, in ms; undefined until it is measured first. */
  #aloneMs: number | undefined;
  #measuring = false;
  #measureAt = Number.NEGATIVE_INFINITY;
  #windowEnd: number;
  #measuredFrom = 0;
  // Of the calls that ended in this window.
  #samples = 0;
  #sumMs = 0;
  #late = false;
  #refused = false;
  #peak = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#limit = settings.initialLimit;
    this.#windowEnd = settings.now() + settings.windowMs;
  }

  get limit(): number {
    return this.#measuring ? this.#settings.minLimit : Math.floor(this.#limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  allow(): ((info: DoneInfo) => void) | undefined {
    const start = this.#settings.now();
    if (start >= this.#windowEnd) this.#endWindow(start);
    if (this.#inFlight >= this.limit) {
      this.#refused = true;
      return undefined;
    }
    this.#inFlight++;
    if (this.#inFlight > this.#peak) this.#peak = this.#inFlight;
    return ({ error }) => {
      this.#inFlight--;
      if (error !== undefined) this.#late ||= KratosError.from(error).code === 504;
      else if (!this.#measuring || start >= this.#measuredFrom) {
        this.#samples++;
        this.#sumMs += this.#settings.now() - start;
      }
    };
  }

  #endWindow(time: number): void {
    this.#windowEnd = time + this.#settings.windowMs;
    const enough = this.#samples >= minSamples;
    if (this.#measuring) {
      if (!enough && time - this.#measuredFrom < longestMeasuringMs) return;
      this.#measured(time);
    } else if (this.#refused && time >= this.#measureAt) {
      this.#measuring = true;
      this.#measuredFrom = time;
    } else if (!enough && !this.#late) return;
    else if (this.#peak <= this.#settings.minLimit && enough) this.#measured(time);
    else this.#adjust();
    this.#samples = 0;
    this.#sumMs = 0;
    this.#late = false;
    this.#refused = false;
    this.#peak = this.#inFlight;
  }

  #measured(time: number): void {
    const { measureMs, random } = this.#settings;
    if (this.#samples > 0) this.#aloneMs = this.#sumMs / this.#samples;
    this.#measuring = false;
    this.#measureAt = time + measureMs * (0.85 + 0.3 * random());
  }

  #adjust(): void {
    const { minLimit, maxLimit, tolerance } = this.#settings;
    const before = this.#limit;
    const nowMs = this.#sumMs / Math.max(this.#samples, 1);
    // A window that was quicker shows at once; until one was measured, the quickest is all there is to go by.
    if (this.#samples >= minSamples) this.#aloneMs = Math.min(this.#aloneMs ?? nowMs, nowMs);
    const ratio = nowMs > 0 ? ((this.#aloneMs ?? nowMs) * (1 + tolerance)) / nowMs : 1;
    const gradient = this.#late ? 0.5 : Math.min(Math.max(ratio, 0.5), 2);
    const wanted = Math.min(Math.max(before * gradient + Math.sqrt(before), minLimit), maxLimit);
    // What was not used is no sign that more would do.
    this.#limit = wanted > before && this.#peak < before / 2 ? before : wanted;
  }
}
