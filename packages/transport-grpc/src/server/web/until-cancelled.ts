/** Waits for one thing after another, and for none of them longer than until the call is cancelled. */
export class UntilCancelled {
  #reject: ((error: unknown) => void) | undefined;
  #error: unknown;
  #cancelled = false;

  cancel(error: unknown): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#error = error;
    this.#reject?.(error);
  }

  // No Promise.race: each would leave something behind for as long as a stream is open.
  wait<T>(promise: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      promise.then(resolve, reject);
      if (this.#cancelled) reject(this.#error);
    });
  }

  /** What an iterable yields, until then; its iterator gets `return()` when it is left before its end. */
  async *each<T>(iterable: AsyncIterable<T>): AsyncGenerator<T, void> {
    const iterator = iterable[Symbol.asyncIterator]();
    let ended = false;
    try {
      for (;;) {
        const asked = iterator.next();
        const next = await this.wait(
          asked.then(
            (result) => result,
            (error) => {
              ended = true;
              throw error;
            },
          ),
        );
        if (next.done === true) {
          ended = true;
          return;
        }
        yield next.value;
      }
    } finally {
      // Nobody waits for it: what it throws now, nobody can be told.
      if (!ended) iterator.return?.().then(undefined, () => {});
    }
  }
}
