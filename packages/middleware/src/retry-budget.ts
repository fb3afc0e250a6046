import { RollingWindow } from "./rolling-window.ts";

export interface RetryBudgetOptions {
  /** The most that repeated calls may add to the load, as a share of the calls made. Default 0.2. */
  ratio?: number | undefined;
  /** So many may be repeated in a window however few calls there are. Default 10. */
  minRetries?: number | undefined;
  /** How far back calls are counted, in ms. Default 10 000. */
  windowMs?: number | undefined;
}

/**
 * Keeps retries from making an overload worse: of the calls of the last seconds, only a share may be repeated. See
 * Google's Site Reliability Engineering, chapter 21, "Deciding to Retry".
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #minRetries: number;
  readonly #now: () => number;
  /** Calls, and how many of them were repeats. */
  readonly #window: RollingWindow;

  constructor({ ratio = 0.2, minRetries = 10, windowMs = 10_000 }: RetryBudgetOptions, now: () => number) {
    if (!(ratio >= 0)) throw new RangeError(`retry(): budget.ratio is ${ratio}, but has to be a number from 0`);
    this.#ratio = ratio;
    this.#minRetries = minRetries;
    this.#now = now;
    this.#window = new RollingWindow({ windowMs, buckets: 10 });
  }

  /** A call is made for the first time. */
  deposit(): void {
    this.#window.add(this.#now(), 1, 0);
  }

  /** Whether one may be made again; if so, it counts. */
  withdraw(): boolean {
    const time = this.#now();
    this.#window.advance(time);
    const { firstTotal: calls, secondTotal: retries } = this.#window;
    if (retries >= Math.max(Math.floor(calls * this.#ratio), this.#minRetries)) return false;
    this.#window.add(time, 0, 1);
    return true;
  }
}
