export interface RollingWindowOptions {
  /** How far back it looks, in ms. */
  readonly windowMs: number;
  /** How many parts the window has; what is old leaves it a part at a time. */
  readonly buckets: number;
}

/**
 * Counts what happened of late: two sums, for each part of a window of time and for all of it. The time is handed in by
 * who reads it already; one that goes backwards counts as the last one seen.
 */
export class RollingWindow {
  readonly bucketMs: number;
  /** Number of the part that is being filled: as long as it stays, the full parts do. */
  slot = Number.NEGATIVE_INFINITY;
  /** The sums over the whole window. */
  firstTotal = 0;
  secondTotal = 0;
  readonly #first: Float64Array;
  readonly #second: Float64Array;

  constructor({ windowMs, buckets }: RollingWindowOptions) {
    if (!(windowMs > 0)) throw new RangeError(`windowMs is ${windowMs}, but has to be a number of ms above 0`);
    if (!(Number.isInteger(buckets) && buckets > 0))
      throw new RangeError(`buckets is ${buckets}, but has to be a whole number above 0`);
    this.bucketMs = windowMs / buckets;
    this.#first = new Float64Array(buckets);
    this.#second = new Float64Array(buckets);
  }

  add(time: number, first: number, second: number): void {
    this.advance(time);
    const i = this.#index(this.slot);
    this.#first[i] = (this.#first[i] as number) + first;
    this.#second[i] = (this.#second[i] as number) + second;
    this.firstTotal += first;
    this.secondTotal += second;
  }

  /** Forgets what is too old by now. */
  advance(time: number): void {
    const slot = Math.floor(time / this.bucketMs);
    if (slot <= this.slot) return;
    const size = this.#first.length;
    for (let old = Math.max(this.slot + 1, slot - size + 1); old <= slot; old++) this.#empty(this.#index(old));
    this.slot = slot;
  }

  clear(): void {
    for (let i = 0; i < this.#first.length; i++) this.#empty(i);
  }

  /** Looks at the sums of each part but the one that is being filled. */
  forEachFull(look: (first: number, second: number) => void): void {
    const current = this.#index(this.slot);
    for (let i = 0; i < this.#first.length; i++)
      if (i !== current) look(this.#first[i] as number, this.#second[i] as number);
  }

  #index(slot: number): number {
    const size = this.#first.length;
    return ((slot % size) + size) % size;
  }

  #empty(i: number): void {
    this.firstTotal -= this.#first[i] as number;
    this.secondTotal -= this.#second[i] as number;
    this.#first[i] = 0;
    this.#second[i] = 0;
  }
}
