import type { BackoffOptions } from "./options.ts";

/** The waits between attempts to connect: exponential, with jitter (gRPC connection back-off). */
export class Backoff {
  readonly #initialMs: number;
  readonly #multiplier: number;
  readonly #maxMs: number;
  readonly #jitter: number;
  readonly #random: () => number;
  #waitMs: number;

  constructor(options: BackoffOptions = {}) {
    const { initialMs = 1000, multiplier = 1.6, maxMs = 120_000, jitter = 0.2, random = Math.random } = options;
    this.#initialMs = initialMs;
    this.#multiplier = multiplier;
    this.#maxMs = maxMs;
    this.#jitter = jitter;
    this.#random = random;
    this.#waitMs = initialMs;
  }

  /** How long to wait after one more failure, in ms. */
  next(): number {
    const waitMs = Math.min(this.#waitMs, this.#maxMs);
    this.#waitMs = waitMs * this.#multiplier;
    return waitMs * (1 + this.#jitter * (2 * this.#random() - 1));
  }

  /** The connection stands: the next wait is the first again. */
  reset(): void {
    this.#waitMs = this.#initialMs;
  }
}
