import { KratosError } from "@kratos-ts/core";

export type Outcome = "accepted" | "limited" | "broken" | "late" | "failed";

/** How calls ended. */
export class Tally {
  readonly counts: Record<Outcome, number> = { accepted: 0, limited: 0, broken: 0, late: 0, failed: 0 };
  /** How the last calls ended, the newest at the end. */
  readonly latest: Outcome[] = [];
  readonly #times: number[] = [];
  readonly #keep: number;

  constructor(keep = 100) {
    this.#keep = keep;
  }

  get calls(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  count(outcome: Outcome, ms: number): void {
    this.counts[outcome]++;
    if (outcome === "accepted") this.#times.push(ms);
    this.latest.push(outcome);
    if (this.latest.length > this.#keep) this.latest.shift();
  }

  /** The share of the last calls that ended so; 0 before there were enough. */
  shareOfLatest(outcome: Outcome): number {
    if (this.latest.length < this.#keep) return 0;
    return this.latest.filter((latest) => latest === outcome).length / this.#keep;
  }

  /** How long the slowest percent of the accepted calls took at least, in ms. */
  get p99Ms(): number {
    const sorted = this.#times.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  }
}

/** What an error says of a call: refused by the limiter, by the breaker, too late, or failed in another way. */
export function outcomeOf(thrown: unknown): Outcome {
  const { code, reason } = KratosError.from(thrown);
  if (code === 429 && reason === "RATELIMIT") return "limited";
  if (code === 503 && reason === "CIRCUITBREAKER") return "broken";
  return code === 504 ? "late" : "failed";
}
