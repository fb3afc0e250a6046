import { ResetCode, type ServerStream, type StreamHandler, type StreamReset } from "../../http2/carrier.ts";
import { BodyQueue } from "./body-queue.ts";

/** A reply as a list of bytes that come when they are asked for. */
export interface ExchangeReply {
  readonly status: number;
  /** Flat, names in lower case. */
  readonly headers: readonly string[];
  readonly body?: AsyncIterable<Uint8Array> | undefined;
  /** Sent after the body; asked for when that has ended. */
  readonly trailers?: (() => readonly string[]) | undefined;
}

/** One HTTP/2 stream that is no native gRPC: a request whose body is iterated, and one reply. */
export class Http2Exchange implements StreamHandler {
  readonly body: BodyQueue;
  readonly #stream: ServerStream;
  #onGone: ((reset: StreamReset) => void) | undefined;
  #gone: StreamReset | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: ServerStream, end: boolean) {
    this.#stream = stream;
    this.body = new BodyQueue(stream);
    if (end) this.body.end();
  }

  /** The caller has left. */
  get gone(): boolean {
    return this.#gone !== undefined;
  }

  /** Tells when the caller leaves, at once when it has. */
  onGone(listener: (reset: StreamReset) => void): void {
    if (this.#gone !== undefined) listener(this.#gone);
    else this.#onGone = listener;
  }

  onData(chunk: Uint8Array): void {
    this.body.push(chunk);
  }
  onEnd(): void {
    this.body.end();
  }
  onDrain(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
  onReset(reset: StreamReset): void {
    if (this.#gone !== undefined) return;
    this.#gone = reset;
    this.body.end(new Error("the caller has left"));
    this.#onGone?.(reset);
    this.onDrain();
  }

  /** Sends the reply, no faster than it is read. A body that fails resets the stream; a caller that leaves ends it. */
  async reply({ status, headers, body, trailers }: ExchangeReply): Promise<void> {
    const block = [":status", String(status), ...headers];
    if (body === undefined) {
      this.#stream.headersOnly(block);
      return;
    }
    try {
      this.#stream.headers(block);
      for await (const chunk of body) {
        if (this.gone) return;
        if (chunk.length > 0 && !this.#stream.data(chunk)) await this.#drained();
        if (this.gone) return;
      }
      this.#stream.trailers(trailers?.() ?? []);
    } catch {
      this.abort();
    }
  }

  /** Ends what can't be ended well. */
  abort(): void {
    this.#stream.reset(ResetCode.INTERNAL_ERROR);
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.gone) resolve();
      else this.#wake = resolve;
    });
  }
}
