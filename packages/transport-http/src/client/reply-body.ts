/** Gathers the body of a reply from pieces whose bytes are somebody else's. */
export class ReplyBody {
  #bytes: Buffer | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `expected`: the size of the whole body, when it is known. */
  add(piece: Uint8Array, expected: number): void {
    const size = this.#size + piece.length;
    this.#bytes = roomFor(size, expected, this.#bytes);
    this.#bytes.set(piece, this.#size);
    this.#size = size;
  }

  /** All that came. No Buffer, since `bytes` fields may be made of it. */
  get whole(): Uint8Array {
    const bytes = this.#bytes;
    return bytes === undefined ? new Uint8Array() : new Uint8Array(bytes.buffer, bytes.byteOffset, this.#size);
  }
}

function roomFor(size: number, expected: number, bytes: Buffer | undefined): Buffer {
  if (bytes === undefined) return Buffer.allocUnsafe(Math.max(size, expected));
  if (size <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafe(Math.max(size, 2 * bytes.length));
  larger.set(bytes);
  return larger;
}
