import { backoffMs, pause } from "./pause.ts";

export interface FeedOptions<T> {
  /** Yields the value now and after each change; throws when it can't. */
  follow(signal: AbortSignal): AsyncIterable<T>;
  /** Two values of the same text are the same. */
  textOf(value: T): string;
  /** The longest time between two attempts, in ms. */
  readonly maxBackoffMs: number;
  /** Is told when following failed, before it is tried again, and when it goes on. */
  onFailure(error: unknown): void;
  onRecovery(): void;
}

/**
 * The newest value of something that changes, for any number of readers. Failures before the first value are the
 * readers'; after it the value stays what it was until following succeeds again.
 */
export class Feed<T> {
  readonly #options: FeedOptions<T>;
  readonly #closing = new AbortController();
  readonly #wakers = new Set<() => void>();
  #newest: { readonly value: T; readonly text: string } | undefined;
  #failure: { readonly error: unknown } | undefined;
  #failures = 0;

  constructor(options: FeedOptions<T>) {
    this.#options = options;
    void this.#run();
  }

  get readers(): number {
    return this.#wakers.size;
  }

  /** Whether it failed before its first value: then it will never have one. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  close(): void {
    this.#closing.abort();
    this.#wake();
  }

  /** Yields the newest value, then each newer one once; a slow reader misses those between. Ends with the signal or the feed. */
  async *read(signal: AbortSignal | undefined): AsyncGenerator<T> {
    let wake = () => {};
    const onEvent = () => wake();
    this.#wakers.add(onEvent);
    signal?.addEventListener("abort", onEvent);
    try {
      let seen: unknown;
      while (!signal?.aborted && !this.#closing.signal.aborted) {
        if (this.#failure !== undefined) throw this.#failure.error;
        const newest = this.#newest;
        if (newest === undefined || newest === seen)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        else {
          seen = newest;
          yield newest.value;
        }
      }
    } finally {
      signal?.removeEventListener("abort", onEvent);
      this.#wakers.delete(onEvent);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted && this.#failure === undefined) {
      try {
        for await (const value of this.#options.follow(signal)) this.#publish(value);
        throw new Error("the watch ended");
      } catch (error) {
        if (!signal.aborted) this.#failed(error);
      }
      if (this.#failures > 0) await pause(backoffMs(this.#failures, this.#options.maxBackoffMs), signal);
    }
  }

  #publish(value: T): void {
    if (this.#failures > 0) this.#options.onRecovery();
    this.#failures = 0;
    const text = this.#options.textOf(value);
    if (text === this.#newest?.text) return;
    this.#newest = { value, text };
    this.#wake();
  }

  #failed(error: unknown): void {
    if (this.#newest === undefined) {
      this.#failure = { error };
      this.#wake();
      return;
    }
    this.#failures++;
    if (this.#failures === 1) this.#options.onFailure(error);
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }
}
