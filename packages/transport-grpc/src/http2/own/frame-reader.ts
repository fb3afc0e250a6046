import { ConnectionError } from "./connection-error.ts";
import { frameHeaderBytes, maxFrameBytes } from "./protocol.ts";

/** What takes frames. The payload is `bytes` from `start` to `end`, and only there until this returns. */
export interface FrameSink {
  onFrame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void;
  /** Wants no more frames. */
  readonly closed: boolean;
}

/** Cuts what arrives into frames (RFC 9113 §4.1). It holds one frame at most. */
export class FrameReader {
  readonly #sink: FrameSink;
  // The beginning of a frame that has not arrived whole: its header, then all of it.
  #partial: Buffer | undefined;
  #have = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Throws a ConnectionError FRAME_SIZE_ERROR for a frame that is too long, and whatever the sink throws. */
  push(chunk: Buffer): void {
    const sink = this.#sink;
    let at = this.#partial === undefined ? 0 : this.#complete(chunk, this.#partial);
    while (chunk.length - at >= frameHeaderBytes) {
      const end = at + frameHeaderBytes + lengthAt(chunk, at);
      if (end > chunk.length || sink.closed) break;
      emit(sink, chunk, at, end);
      at = end;
    }
    if (at < chunk.length && !sink.closed) this.#keep(chunk, at);
  }

  /** Fills the frame that has begun; answers where the rest of the chunk begins. */
  #complete(chunk: Buffer, partial: Buffer): number {
    let at = this.#fill(partial, chunk, 0);
    if (this.#have < partial.length) return at;
    if (partial.length === frameHeaderBytes) {
      const length = lengthAt(partial, 0);
      if (length > 0) {
        const whole = Buffer.allocUnsafe(frameHeaderBytes + length);
        partial.copy(whole);
        this.#partial = partial = whole;
        at = this.#fill(partial, chunk, at);
        if (this.#have < partial.length) return at;
      }
    }
    this.#partial = undefined;
    emit(this.#sink, partial, 0, partial.length);
    return at;
  }

  #fill(partial: Buffer, chunk: Buffer, at: number): number {
    const count = Math.min(partial.length - this.#have, chunk.length - at);
    chunk.copy(partial, this.#have, at, at + count);
    this.#have += count;
    return at + count;
  }

  #keep(chunk: Buffer, at: number): void {
    const known = chunk.length - at >= frameHeaderBytes;
    this.#partial = Buffer.allocUnsafe(frameHeaderBytes + (known ? lengthAt(chunk, at) : 0));
    this.#have = chunk.copy(this.#partial, 0, at);
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const [a, b, c] = [bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number];
  const length = (a << 16) | (b << 8) | c;
  if (length <= maxFrameBytes) return length;
  throw new ConnectionError("FRAME_SIZE_ERROR", `a frame has ${length} bytes; ${maxFrameBytes} were allowed`);
}

function emit(sink: FrameSink, bytes: Buffer, at: number, end: number): void {
  // The highest bit of the stream's number is reserved, and ignored.
  const id = bytes.readUInt32BE(at + 5) & 0x7fffffff;
  sink.onFrame(bytes[at + 3] as number, bytes[at + 4] as number, id, bytes, at + frameHeaderBytes, end);
}
