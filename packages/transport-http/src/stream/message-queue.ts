/** Where the items of a queue come from. */
export interface QueueSource {
  /** Asks for no more until `resume`; what is under way may still come. */
  pause(): void;
  resume(): void;
  /** The reader has left early, or can't read what came: nothing more is wanted. */
  cancel(error?: unknown): void;
}

export interface MessageQueueOptions<Raw, T> {
  readonly source: QueueSource;
  /** Makes an item of what came, when the reader asks for it. */
  read(raw: Raw): T;
}

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

// A few, so that a reader is never kept waiting by one who could send; the rest stays with the sender.
const highWater = 16;
const lowWater = 4;

const ended: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The messages of one direction of a stream, from whoever receives them to whoever reads them. It pauses its source when
 * a few wait, so what it holds is bounded by that and by what one read of the network has brought.
 */
export class MessageQueue<Raw, T> implements AsyncIterableIterator<T, undefined> {
  readonly #source: QueueSource;
  readonly #read: (raw: Raw) => T;
  #items: Raw[] = [];
  #waiters: Waiter<T>[] = [];
  #paused = false;
  #over = false;
  /** In a box, since anything can be thrown. */
  #failure: { readonly error: unknown } | undefined = undefined;

  constructor({ source, read }: MessageQueueOptions<Raw, T>) {
    this.#source = source;
    this.#read = read;
  }

  get paused(): boolean {
    return this.#paused;
  }

  push(raw: Raw): void {
    if (this.#over) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      this.#deliver(raw).then(waiter.resolve, waiter.reject);
      return;
    }
    this.#items.push(raw);
    if (this.#items.length < highWater || this.#paused) return;
    this.#paused = true;
    this.#source.pause();
  }

  /** Nothing more comes; what waits is still read. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(ended);
  }

  /** As `end`, but the reader gets `error` after what waits. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    const [first, ...others] = this.#waiters.splice(0);
    if (first === undefined) this.#failure = { error };
    else first.reject(error);
    for (const waiter of others) waiter.resolve(ended);
  }

  /** As `fail`, but what waits is dropped: the call is over. */
  abort(error: unknown): void {
    // One that has ended, with nothing left to read, stays as it is: the reader has all.
    if (this.#over && this.#items.length === 0) return;
    this.#items = [];
    this.#over = false;
    this.fail(error);
  }

  /** Nobody reads any more: what comes is dropped. */
  discard(): void {
    this.#items = [];
    this.#failure = undefined;
    this.end();
    this.#resume();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const items = this.#items;
    if (items.length > 0) {
      const raw = items.shift() as Raw;
      if (this.#paused && items.length <= lowWater) this.#resume();
      return this.#deliver(raw);
    }
    const failure = this.#failure;
    if (failure !== undefined) {
      this.#failure = undefined;
      return Promise.reject(failure.error);
    }
    if (this.#over) return Promise.resolve(ended);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    const left = !this.#over || this.#items.length > 0;
    this.discard();
    if (left) this.#source.cancel();
    return ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #deliver(raw: Raw): Promise<IteratorResult<T, undefined>> {
    try {
      return Promise.resolve({ done: false, value: this.#read(raw) });
    } catch (error) {
      this.discard();
      this.#source.cancel(error);
      return Promise.reject(error);
    }
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#source.resume();
  }
}
