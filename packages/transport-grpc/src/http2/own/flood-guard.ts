import { ConnectionError } from "./connection-error.ts";

/** How many things of no use a peer may send us, at once and each second. */
export interface FloodLimit {
  readonly burst: number;
  readonly perSecond: number;
  /** What they are, for the error. */
  readonly what: string;
}

/**
 * Frames that carry nothing (CVE-2019-9511 to 9518). A gRPC server or client measures its bandwidth with a PING per
 * round trip while data flows, which are thousands a second on a fast network; each frame of use makes up for one.
 */
export const idleFrames: FloodLimit = { burst: 10_000, perSecond: 10_000, what: "too many frames that carry nothing" };

/** What those frames cost; changes of SETTINGS make more work than others. */
export const frameCost = { settings: 100, goaway: 100, other: 1 } as const;

/**
 * Streams that a client resets, or makes us reset (CVE-2023-44487, CVE-2025-8671), at `resetCost` each. Two calls that
 * end well make up for one. An honest client resets every call that runs out of time, which under overload are
 * thousands a second on one connection, and must not lose those that are well; who attacks resets many times more.
 */
export const resets: FloodLimit = { burst: 10_000, perSecond: 10_000, what: "too many streams were reset" };
export const resetCost = 2;

/** Counts what is of no use, and ends a connection that brings too much of it. */
export class FloodGuard {
  readonly #limit: FloodLimit;
  #count = 0;
  #since = performance.now();

  constructor(limit: FloodLimit) {
    this.#limit = limit;
  }

  /** Throws a ConnectionError ENHANCE_YOUR_CALM when that was too much. */
  spend(cost: number): void {
    this.#count += cost;
    const { burst, perSecond, what } = this.#limit;
    if (this.#count <= burst) return;
    const time = performance.now();
    this.#count = Math.max(this.#count - ((time - this.#since) / 1000) * perSecond, cost);
    this.#since = time;
    if (this.#count > burst) throw new ConnectionError("ENHANCE_YOUR_CALM", what);
  }

  /** Something of use. */
  earn(): void {
    if (this.#count > 0) this.#count--;
  }
}
