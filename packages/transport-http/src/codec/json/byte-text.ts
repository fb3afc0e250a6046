/** How much of the bytes is held as text at once: all that a string sliced from it keeps alive. */
const windowSize = 8192;

const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer;
const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Text within bytes that are mostly ASCII, by byte offsets. A window of them is decoded as Latin-1, where each byte is
 * one character, so a run of ASCII is a cheap slice of it; everything else is decoded by itself.
 */
export class ByteText {
  private readonly bytes: Uint8Array;
  private text = "";
  private from = 0;
  private to = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The text of bytes that are all below 128. */
  ascii(start: number, end: number): string {
    if (start < this.from || end > this.to) this.moveWindow(start, end);
    return this.text.slice(start - this.from, end - this.from);
  }

  /** The text of any bytes; undefined when they are no UTF-8. */
  utf8(start: number, end: number): string | undefined {
    const part = this.bytes.subarray(start, end);
    if (NodeBuffer !== undefined) {
      const text = NodeBuffer.from(part.buffer, part.byteOffset, part.byteLength).toString();
      if (!text.includes("\ufffd")) return text;
    }
    try {
      return utf8.decode(part);
    } catch {
      return undefined;
    }
  }

  private moveWindow(start: number, end: number): void {
    this.from = start;
    this.to = Math.min(this.bytes.length, Math.max(end, start + windowSize));
    const part = this.bytes.subarray(this.from, this.to);
    this.text =
      NodeBuffer === undefined
        ? latin1.decode(part)
        : NodeBuffer.from(part.buffer, part.byteOffset, part.byteLength).toString("latin1");
  }
}
