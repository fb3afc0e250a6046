import { KratosError } from "@kratos-ts/core";
import { decompress } from "./compression.ts";
import { FrameReader, malformed } from "./frame.ts";
import type { CarrierStream } from "./http2/carrier.ts";
import type { MessageCodec } from "./message-codec.ts";

// Bytes that may wait for their reader, per stream, before the sender is held back by flow control.
const maxWaitingBytes = 64 * 1024;
const fewWaitingBytes = maxWaitingBytes / 2;

/** The call whose messages are read. */
export interface IncomingOwner {
  /** A message was taken. */
  onMessage(): void;
  /** The reader wants no more. */
  onLeave(): void;
  /** The bytes are no messages; the reader hears of it as well. */
  onBroken(error: KratosError): void;
}

export interface IncomingOptions {
  readonly owner: IncomingOwner;
  readonly codec: MessageCodec;
  /** What the messages are, for errors. */
  readonly typeName: string;
  readonly maxMessageBytes: number;
}

interface Waiter {
  resolve(result: IteratorResult<unknown>): void;
  reject(error: unknown): void;
}

const done: IteratorResult<unknown> = Object.freeze({ done: true, value: undefined });

/**
 * The messages of one direction of a stream, for one reader. They wait as bytes and are decoded when they are asked
 * for; when more than 64 KiB wait, the stream is paused, so that a slow reader holds the writer at the other end.
 */
export class IncomingMessages implements AsyncIterableIterator<unknown> {
  readonly #options: IncomingOptions;
  readonly #frames: FrameReader;
  readonly #waiters: Waiter[] = [];
  #stream: CarrierStream | undefined;
  #encoding: string | undefined;
  #paused = false;
  #inflating = false;
  // The other side has ended, with this error if any: thrown after what it sent before.
  #ended = false;
  #error: unknown;
  // The reader gets nothing more.
  #over = false;

  constructor(options: IncomingOptions) {
    this.#options = options;
    this.#frames = new FrameReader(options.maxMessageBytes);
  }

  /** Where the bytes come from, and the `grpc-encoding` of those that are compressed. */
  from(stream: CarrierStream, encoding: string | undefined): void {
    this.#stream = stream;
    this.#encoding = encoding;
  }

  push(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#frames.push(chunk);
    this.#serve();
    const wanted = this.#waiters.length > 0 && !this.#inflating;
    if (!wanted && !this.#paused && this.#frames.buffered >= maxWaitingBytes) {
      this.#paused = true;
      this.#stream?.pause();
    }
  }

  /** No more comes: after what waits, the reader hears of the end, or of the error. */
  end(error?: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#serve();
  }

  /** Ends at once: what waits is dropped, and the reader hears of the error, if there is one. */
  close(error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
    this.#resume();
    for (const waiter of this.#waiters.splice(0)) this.#last().then(waiter.resolve, waiter.reject);
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#waiters.length === 0 && !this.#inflating) {
      const result = this.#take();
      if (result !== undefined) return result;
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#resume();
    });
  }

  async return(): Promise<IteratorResult<unknown>> {
    if (!this.#over) {
      this.close();
      this.#options.owner.onLeave();
    }
    return done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #serve(): void {
    while (this.#waiters.length > 0 && !this.#inflating) {
      const result = this.#take();
      if (result === undefined) {
        this.#resume();
        return;
      }
      const { resolve, reject } = this.#waiters.shift() as Waiter;
      result.then(resolve, reject);
    }
  }

  /** What `next` answers now; undefined when that is still on its way. */
  #take(): Promise<IteratorResult<unknown>> | undefined {
    if (this.#over) return this.#last();
    try {
      const frame = this.#frames.next();
      if (frame === undefined) return this.#ended ? this.#finish() : undefined;
      if (this.#frames.buffered <= fewWaitingBytes) this.#resume();
      if (frame.compressed) return this.#inflate(frame.bytes);
      return Promise.resolve({ done: false, value: this.#decode(frame.bytes) });
    } catch (error) {
      return Promise.reject(this.#broken(error));
    }
  }

  #finish(): Promise<IteratorResult<unknown>> {
    // A call that failed may have been cut anywhere.
    if (this.#error === undefined) this.#frames.finish();
    this.#over = true;
    return this.#last();
  }

  /** The end: the error once, then nothing more. */
  #last(): Promise<IteratorResult<unknown>> {
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve(done) : Promise.reject(error);
  }

  async #inflate(bytes: Uint8Array): Promise<IteratorResult<unknown>> {
    this.#inflating = true;
    try {
      const { maxMessageBytes } = this.#options;
      const message = await decompress({ bytes, encoding: this.#encoding, maxBytes: maxMessageBytes });
      if (this.#over) return await this.#last();
      return { done: false, value: this.#decode(message) };
    } catch (error) {
      throw this.#broken(error);
    } finally {
      this.#inflating = false;
      this.#serve();
    }
  }

  #decode(bytes: Uint8Array): unknown {
    const { codec, owner, typeName } = this.#options;
    owner.onMessage();
    try {
      return codec.decode(bytes);
    } catch (error) {
      throw malformed(
        `a message can't be decoded as ${typeName}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #broken(thrown: unknown): KratosError {
    const error = KratosError.from(thrown);
    if (!this.#over) {
      this.#over = true;
      this.#resume();
      this.#options.owner.onBroken(error);
    }
    return error;
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#stream?.resume();
  }
}
