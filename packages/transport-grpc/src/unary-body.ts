import { KratosError } from "@kratos-ts/core";
import { FrameReader, wholeMessage } from "./frame.ts";

/** The one message of a unary request or reply, put together from what arrives. */
export class UnaryBody {
  /** Undefined until it is here whole. */
  message: Uint8Array | undefined;
  compressed = false;
  readonly #maxBytes: number;
  // Only for bodies that are not one uncompressed frame in one chunk.
  #reader: FrameReader | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Throws a KratosError for bytes that are no message (500), too large a message (429), and more than one (501). */
  push(chunk: Uint8Array): void {
    if (this.message === undefined && this.#reader === undefined) {
      this.message = wholeMessage(chunk, this.#maxBytes);
      if (this.message !== undefined) return;
    }
    this.#reader ??= new FrameReader(this.#maxBytes);
    this.#reader.push(chunk);
    for (let next = this.#reader.next(); next !== undefined; next = this.#reader.next()) {
      if (this.message !== undefined) throw wrongCount("more than one message");
      this.message = next.bytes;
      this.compressed = next.compressed;
    }
  }

  /** The message at the end of the body. Throws a KratosError for a message cut short (500), and for none (501). */
  finish(): Uint8Array {
    this.#reader?.finish();
    if (this.message === undefined) throw wrongCount("no message");
    return this.message;
  }
}

// What gRPC says of a call whose messages do not fit its method.
function wrongCount(what: string): KratosError {
  return new KratosError({ code: 501, message: `a unary call takes one message each way; there was ${what}` });
}
