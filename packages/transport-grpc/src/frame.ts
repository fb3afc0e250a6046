import { KratosError } from "@kratos-ts/core";

/** Bytes before each message: one of flags, four of length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export const prefixBytes = 5;

/** One message of a stream as it was sent: still compressed when `compressed` says so. */
export interface Frame {
  readonly compressed: boolean;
  readonly bytes: Uint8Array;
}

/** A message with its length before it, ready for the wire. */
export function frame(bytes: Uint8Array, compressed = false): Uint8Array {
  const { length } = bytes;
  const framed = Buffer.allocUnsafe(prefixBytes + length);
  framed[0] = compressed ? 1 : 0;
  framed[1] = length >>> 24;
  framed[2] = length >>> 16;
  framed[3] = length >>> 8;
  framed[4] = length;
  framed.set(bytes, prefixBytes);
  return framed;
}

/**
 * Cuts a stream of bytes into messages. `push` what arrives, then call `next` until it answers undefined; at the end
 * of the stream call `finish`. A message that lies whole in one chunk is a view on it, not a copy.
 *
 * `next` throws a KratosError: 429 (RESOURCE_EXHAUSTED) for a message above `maxBytes`, as soon as its length is known;
 * 500 (INTERNAL) for an unknown flag. `finish` throws 500 for a message that is cut short.
 */
export class FrameReader {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  // What `next` needs before it can go on: a prefix, or a prefix and its message.
  #needed = prefixBytes;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  next(): Frame | undefined {
    if (this.#buffered < this.#needed) return undefined;
    const bytes = this.#join();
    if (this.#needed === prefixBytes) {
      this.#needed = prefixBytes + checkedLength(bytes, this.#maxBytes);
      if (this.#buffered < this.#needed) return undefined;
    }
    const end = this.#needed;
    this.#buffered -= end;
    this.#chunks = this.#buffered === 0 ? [] : [bytes.subarray(end)];
    this.#needed = prefixBytes;
    return { compressed: bytes[0] === 1, bytes: view(bytes, end) };
  }

  finish(): void {
    if (this.#buffered === 0) return;
    const missing = this.#needed - this.#buffered;
    throw malformed(`the stream ended in the middle of a message: ${missing} more bytes were announced`);
  }

  #join(): Uint8Array {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1) return first as Uint8Array;
    const joined = Buffer.concat(this.#chunks, this.#buffered);
    this.#chunks = [joined];
    return joined;
  }
}

/**
 * The message of a chunk that is exactly one uncompressed frame, which is what nearly every unary call sends;
 * undefined for anything else, which a {@link FrameReader} then reads or refuses.
 */
export function wholeMessage(chunk: Uint8Array, maxBytes: number): Uint8Array | undefined {
  if (chunk.length < prefixBytes || chunk[0] !== 0) return undefined;
  const length = chunk.length - prefixBytes;
  if (length > maxBytes || lengthOf(chunk) !== length) return undefined;
  return view(chunk, chunk.length);
}

// Never a Buffer: what a message's `bytes` fields are must not depend on how it came.
function view(chunk: Uint8Array, end: number): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset + prefixBytes, end - prefixBytes);
}

function lengthOf(prefix: Uint8Array): number {
  const [a, b, c, d] = [prefix[1] as number, prefix[2] as number, prefix[3] as number, prefix[4] as number];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function checkedLength(prefix: Uint8Array, maxBytes: number): number {
  const flags = prefix[0] as number;
  if (flags > 1) throw malformed(`a message begins with the flags 0x${flags.toString(16)}; gRPC knows 0 and 1`);
  const length = lengthOf(prefix);
  if (length > maxBytes) throw tooLarge(`a message of ${length} bytes`, maxBytes);
  return length;
}

/** The error for a message above the limit: 429, RESOURCE_EXHAUSTED. */
export function tooLarge(what: string, maxBytes: number): KratosError {
  return new KratosError({ code: 429, message: `${what} is larger than maxMessageBytes (${maxBytes})` });
}

/** The error for bytes that break the protocol: 500, INTERNAL. */
export function malformed(message: string): KratosError {
  return new KratosError({ code: 500, message });
}
