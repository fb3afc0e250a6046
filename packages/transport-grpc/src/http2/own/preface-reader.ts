import { notHttp2 } from "./connection-error.ts";
import { preface } from "./protocol.ts";

/** Takes the client's preface off the beginning of a connection (RFC 9113 §3.4). */
export class PrefaceReader {
  #read = 0;

  /** What follows the preface, as far as it is here. Throws a ConnectionError PROTOCOL_ERROR for another beginning. */
  take(chunk: Buffer): Buffer {
    const missing = preface.length - this.#read;
    if (missing === 0) return chunk;
    const count = Math.min(missing, chunk.length);
    if (chunk.compare(preface, this.#read, this.#read + count, 0, count) !== 0) throw notHttp2(chunk);
    this.#read += count;
    return chunk.subarray(count);
  }
}
