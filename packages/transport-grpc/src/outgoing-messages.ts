/** Where messages go. */
export interface MessageSink {
  /** A message ready for the wire; a promise only where that takes time. Throws for what is no message. */
  frame(message: unknown): Uint8Array | Promise<Uint8Array>;
  /** Sends it; false when the next one has to wait for `drained`. */
  write(framed: Uint8Array): boolean;
}

/**
 * Sends what an AsyncIterable yields. The producer is asked for its next message only when the last one was taken, so
 * that a slow reader at the other end holds it.
 */
export class OutgoingMessages {
  readonly #sink: MessageSink;
  #iterator: AsyncIterator<unknown> | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** Resolves with true when the producer has ended, and with false when it was stopped; rejects with what it threw. */
  async run(messages: AsyncIterable<unknown>): Promise<boolean> {
    const iterator = messages[Symbol.asyncIterator]();
    if (this.#stopped) {
      leave(iterator);
      return false;
    }
    this.#iterator = iterator;
    let asking = true;
    try {
      for (let next = await iterator.next(); !this.#stopped; next = await iterator.next()) {
        asking = false;
        if (next.done) {
          this.#iterator = undefined;
          return true;
        }
        const pending = this.#sink.frame(next.value);
        const framed = pending instanceof Promise ? await pending : pending;
        if (!this.#stopped && !this.#sink.write(framed)) await new Promise<void>((resolve) => (this.#wake = resolve));
        if (this.#stopped) return false;
        asking = true;
      }
      return false;
    } catch (error) {
      // A producer that failed has ended by itself, and is not to be told to.
      if (asking) this.#iterator = undefined;
      this.stop();
      throw error;
    }
  }

  /** There is room again. */
  drained(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** Asks for nothing more, and tells the producer so. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    const iterator = this.#iterator;
    this.#iterator = undefined;
    if (iterator !== undefined) leave(iterator);
    this.drained();
  }
}

async function leave(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // Nobody waits for it: what it throws now, nobody can be told.
  }
}
