import type { CarrierStream } from "../../http2/carrier.ts";

// Bytes that may wait for their reader before the sender is held back by flow control.
const maxWaitingBytes = 64 * 1024;

interface Waiter {
  resolve(result: IteratorResult<Uint8Array>): void;
  reject(error: unknown): void;
}

/** The body of a request as it comes, for one reader. A slow one holds the sender. */
export class BodyQueue implements AsyncIterableIterator<Uint8Array> {
  readonly #stream: Pick<CarrierStream, "pause" | "resume">;
  readonly #chunks: Uint8Array[] = [];
  readonly #waiters: Waiter[] = [];
  #bytes = 0;
  #paused = false;
  #ended = false;
  #dropped = false;
  #error: unknown;

  constructor(stream: Pick<CarrierStream, "pause" | "resume">) {
    this.#stream = stream;
  }

  push(chunk: Uint8Array): void {
    if (this.#ended || this.#dropped || chunk.length === 0) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#paused || this.#bytes < maxWaitingBytes) return;
    this.#paused = true;
    this.#stream.pause();
  }

  /** No more comes: the reader hears of the end after what waits, or of the error at once. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    if (error !== undefined) this.#drop();
    for (const { resolve, reject } of this.#waiters.splice(0))
      if (error === undefined) resolve(done);
      else reject(error);
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bytes -= chunk.length;
      if (this.#bytes < maxWaitingBytes / 2) this.#resume();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended || this.#dropped) return Promise.resolve(done);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** The reader wants no more: what still comes is dropped. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#drop();
    return done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #drop(): void {
    this.#dropped = true;
    this.#chunks.length = 0;
    this.#bytes = 0;
    this.#resume();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#stream.resume();
  }
}

const done: IteratorResult<Uint8Array> = Object.freeze({ done: true, value: undefined });
