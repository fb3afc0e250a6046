/** How long a change may take until others see it, in ms. */
export const seenWithinMs = 1000;

/** A watch whose lists are awaited one by one; leaving its scope ends it. */
export class ListReader<T> implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #lists: AsyncIterator<readonly T[]>;
  latest: readonly T[] = [];

  constructor(watch: (options: { signal: AbortSignal }) => AsyncIterable<readonly T[]>) {
    this.#lists = watch({ signal: this.#abort.signal })[Symbol.asyncIterator]();
  }

  async next(ms: number = seenWithinMs): Promise<readonly T[]> {
    const next = await within(this.#lists.next(), ms, "the next list");
    if (next.done) throw new Error("the watch ended");
    this.latest = next.value;
    return next.value;
  }

  /** Reads lists until one is as wanted. */
  async untilLike(isWanted: (list: readonly T[]) => boolean, describe: (list: readonly T[]) => string) {
    const start = performance.now();
    for (;;) {
      const list = await this.next();
      if (isWanted(list)) return list;
      if (performance.now() - start > seenWithinMs)
        throw new Error(`the wanted list did not come within ${seenWithinMs} ms; the last was ${describe(list)}`);
    }
  }

  /** Ends the watch by its signal; resolves when it has ended. */
  async end(): Promise<void> {
    this.#abort.abort();
    await this.ended();
  }

  /** Resolves when the watch has ended, whatever it still yields before. */
  async ended(): Promise<void> {
    while (!(await within(this.#lists.next(), seenWithinMs, "the end of the watch")).done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#lists.return?.();
  }
}

/** Rejects when it takes longer. */
export async function within<T>(promise: PromiseLike<T>, ms: number, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
