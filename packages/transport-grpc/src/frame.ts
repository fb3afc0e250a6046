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

// So many small chunks in a row are put together, since each costs more to keep than the few bytes in it.
const maxLooseChunks = 256;
const smallBytes = 256;

/**
 * Cuts a stream of bytes into messages. `push` what arrives, then call `next` until it answers undefined; at the end
 * of the stream call `finish`. A message that lies whole in one chunk is a view on it, not a copy.
 *
 * `next` throws a KratosError: 429 (RESOURCE_EXHAUSTED) for a message above `maxBytes`, as soon as its length is known;
 * 500 (INTERNAL) for an unknown flag. `finish` throws 500 for a message that is cut short.
 */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  // What of the first chunk was taken already.
  #taken = 0;
  #buffered = 0;
  #loose = 0;
  // What `next` needs before it can go on: a prefix, or a prefix and its message.
  #needed = prefixBytes;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that were pushed and not taken yet. */
  get buffered(): number {
    return this.#buffered;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    this.#loose = chunk.length < smallBytes ? this.#loose + 1 : 0;
    if (this.#loose < maxLooseChunks || this.#chunks.length <= maxLooseChunks) return;
    this.#loose = 0;
    this.#chunks.push(Buffer.concat(this.#chunks.splice(-maxLooseChunks)));
  }

  next(): Frame | undefined {
    if (this.#buffered < this.#needed) return undefined;
    if (this.#needed === prefixBytes) {
      const prefix = this.#first(prefixBytes);
      this.#needed += checkedLength(prefix, this.#taken, this.#maxBytes);
      if (this.#buffered < this.#needed) return undefined;
    }
    const chunk = this.#first(this.#needed);
    const begin = this.#taken;
    const end = begin + this.#needed;
    this.#buffered -= this.#needed;
    this.#needed = prefixBytes;
    if (end < chunk.length) this.#taken = end;
    else {
      this.#taken = 0;
      this.#chunks.shift();
    }
    return { compressed: chunk[begin] === 1, bytes: view(chunk, begin, end) };
  }

  finish(): void {
    if (this.#buffered === 0) return;
    const missing = this.#needed - this.#buffered;
    throw malformed(`the stream ended in the middle of a message: ${missing} more bytes were announced`);
  }

  /** The first chunk, with so many bytes in it that were not taken yet. */
  #first(bytes: number): Uint8Array {
    const chunks = this.#chunks;
    const first = chunks[0] as Uint8Array;
    let length = first.length - this.#taken;
    if (length >= bytes) return first;
    let count = 1;
    while (length < bytes) length += (chunks[count++] as Uint8Array).length;
    const joined = Buffer.concat([first.subarray(this.#taken), ...chunks.slice(1, count)], length);
    chunks.splice(0, count, joined);
    this.#taken = 0;
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
  if (length > maxBytes || lengthOf(chunk, 0) !== length) return undefined;
  return view(chunk, 0, chunk.length);
}

// Never a Buffer: what a message's `bytes` fields are must not depend on how it came.
function view(chunk: Uint8Array, begin: number, end: number): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset + begin + prefixBytes, end - begin - prefixBytes);
}

function lengthOf(chunk: Uint8Array, at: number): number {
  const [a, b] = [chunk[at + 1] as number, chunk[at + 2] as number];
  const [c, d] = [chunk[at + 3] as number, chunk[at + 4] as number];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function checkedLength(chunk: Uint8Array, at: number, maxBytes: number): number {
  const flags = chunk[at] as number;
  if (flags > 1) throw malformed(`a message begins with the flags 0x${flags.toString(16)}; gRPC knows 0 and 1`);
  const length = lengthOf(chunk, at);
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
