import { now as clock } from "@kratos-ts/core";
import type { CircuitBreaker } from "./circuitbreaker.ts";
import { RollingWindow } from "./rolling-window.ts";

export interface BreakerOptions {
  /** The share of failed calls above which calls are refused, from 0 up to 1. Default 0.5. */
  failureRatio?: number | undefined;
  /** How many calls there must have been in the window before any is refused. Default 20. */
  minRequests?: number | undefined;
  /** How far back it looks, in ms. Default 3000. */
  windowMs?: number | undefined;
  /** Into how many parts that is divided. Default 10. */
  buckets?: number | undefined;
  /** How long an open breaker waits between two calls that try whether the other side is back, in ms. Default 1000. */
  probeMs?: number | undefined;
  /** How many calls have to tell that it is before all are let through again. Default 10. */
  probes?: number | undefined;
  /** The time in ms. Default: core's `now`. */
  now?: (() => number) | undefined;
  /** A number from 0 up to 1. Default `Math.random`. */
  random?: (() => number) | undefined;
}

/**
 * Client-side throttling as in Google's Site Reliability Engineering, chapter 21 "Handling Overload", with the numbers
 * of go-kratos/aegis: of n calls, a of which went well, the next is refused with probability (n − K·a) / (n + 1), where
 * K = 1 / (1 − failureRatio). Refused calls count in n.
 *
 * When nothing at all goes well it opens: from then on one call in `probeMs` is let through. After the first that goes
 * well each lets two more through (half-open), and when `probes` of them are known it closes, unless too many failed.
 * The formula alone would take time that grows with the rate of calls, since refused ones keep it down.
 */
export function createSreBreaker(options: BreakerOptions = {}): CircuitBreaker {
  const { failureRatio = 0.5, windowMs = 3000, buckets = 10 } = options;
  if (!(failureRatio >= 0 && failureRatio < 1))
    throw new RangeError(`failureRatio is ${failureRatio}, but has to be from 0 up to 1`);
  return new SreBreaker(new RollingWindow({ windowMs, buckets }), {
    k: 1 / (1 - failureRatio),
    minRequests: options.minRequests ?? 20,
    probeMs: options.probeMs ?? 1000,
    probes: options.probes ?? 10,
    now: options.now ?? clock,
    random: options.random ?? Math.random,
  });
}

interface Settings {
  readonly k: number;
  readonly minRequests: number;
  readonly probeMs: number;
  readonly probes: number;
  now(): number;
  random(): number;
}

class SreBreaker implements CircuitBreaker {
  /** Calls, and those that went well. */
  readonly #window: RollingWindow;
  readonly #settings: Settings;
  #open = false;
  #probedAt = 0;
  /** Calls that may be made while half-open. */
  #credit = 0;
  #trialTotal = 0;
  #trialSuccesses = 0;

  constructor(window: RollingWindow, settings: Settings) {
    this.#window = window;
    this.#settings = settings;
  }

  allow(): boolean {
    const time = this.#settings.now();
    if (this.#open) return this.#allowProbe(time);
    this.#window.advance(time);
    const { firstTotal: total, secondTotal: successes } = this.#window;
    const excess = total - this.#settings.k * successes;
    if (total < this.#settings.minRequests || excess <= 0) return true;
    if (successes === 0) this.#openAt(time);
    else if (this.#settings.random() >= excess / (total + 1)) return true;
    else this.#window.add(time, 1, 0);
    return false;
  }

  markSuccess(): void {
    this.#mark(1);
    if (!this.#open) return;
    this.#credit += 2;
    this.#judge(1);
  }

  markFailed(): void {
    this.#mark(0);
    // A trial begins with a call that went well: before that nothing has changed.
    if (this.#open && this.#trialTotal > 0) this.#judge(0);
  }

  #mark(successes: number): void {
    this.#window.add(this.#settings.now(), 1, successes);
  }

  #openAt(time: number): void {
    this.#open = true;
    this.#probedAt = time;
    this.#endTrial();
  }

  #allowProbe(time: number): boolean {
    if (this.#credit > 0) {
      this.#credit--;
      return true;
    }
    if (time - this.#probedAt < this.#settings.probeMs) return false;
    this.#probedAt = time;
    return true;
  }

  #judge(successes: number): void {
    this.#trialTotal++;
    this.#trialSuccesses += successes;
    if (this.#trialTotal < this.#settings.probes) return;
    if (this.#trialTotal <= this.#settings.k * this.#trialSuccesses) {
      this.#open = false;
      this.#window.clear();
    }
    this.#endTrial();
  }

  #endTrial(): void {
    this.#credit = 0;
    this.#trialTotal = 0;
    this.#trialSuccesses = 0;
  }
}
