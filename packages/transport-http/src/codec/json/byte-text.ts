/** How much of the bytes is held as text at once: all that a string sliced from it keeps alive. */
const windowSize = 8192;

// Buffer is faster than TextDecoder; browsers have none.
const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer;
const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Text within bytes that are mostly ASCII, by byte offsets. A window of them is decoded as Latin-1, where each byte is
 * one character, so a run of ASCII is a cheap slice of it; everything else is decoded by itself.
 */
export class ByteText {
  private readonly bytes: Uint8Array;
  private readonly buffer: Buffer | undefined;
  private text = "";
  private from = 0;
  private to = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.buffer = NodeBuffer === undefined ? undefined : asBuffer(NodeBuffer, bytes);
  }

  /** The text of bytes that are all below 128. */
  ascii(start: number, end: number): string {
    if (start < this.from || end > this.to) this.moveWindow(start, end);
    return this.text.slice(start - this.from, end - this.from);
  }

  /** The text of any bytes; undefined when they are no UTF-8. */
  utf8(start: number, end: number): string | undefined {
    const text = this.buffer?.toString("utf8", start, end);
    // What is no UTF-8 comes out as this character, which may also just be there.
    if (text !== undefined && !text.includes("\ufffd")) return text;
    try {
      return utf8.decode(this.bytes.subarray(start, end));
    } catch {
      return undefined;
    }
  }

  private moveWindow(start: number, end: number): void {
    const { bytes, buffer } = this;
    this.from = start;
    this.to = Math.min(bytes.length, Math.max(end, start + windowSize));
    this.text = buffer?.toString("latin1", this.from, this.to) ?? latin1.decode(bytes.subarray(this.from, this.to));
  }
}

function asBuffer(buffers: typeof Buffer, bytes: Uint8Array): Buffer {
  return buffers.isBuffer(bytes) ? bytes : buffers.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
