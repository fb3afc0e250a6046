import { ConnectionError } from "./connection-error.ts";
import { writeFrameHeader } from "./frame-writer.ts";
import type { Output } from "./output.ts";
import { defaultWindowBytes, Flag, FrameType, frameHeaderBytes, maxFrameBytes, maxWindowBytes } from "./protocol.ts";

/** What the sending side of a stream is to the connection's flow control. */
export interface SendingStream {
  readonly id: number;
  /** So much the other side takes now; below 0 after it made its windows smaller (RFC 9113 §6.9.2). */
  sendWindow: number;
  /** What has to wait for a window or for the socket. */
  queue: Uint8Array[] | undefined;
  queuedBytes: number;
  /** END_STREAM comes after the queue, or was sent. */
  ending: boolean;
  /** `data` has answered false since the last `onRoom`. */
  wantsRoom: boolean;
  /** There is room again. */
  onRoom(): void;
  /** The queue is empty. */
  onFlushed(): void;
}

// A stream that has so much in its queue should wait.
const highWaterBytes = 65_536;
// Larger payloads are sent as they are, smaller ones are copied next to their frame's header.
const copiedBytes = 8_192;

/** Flow control of what a connection sends (RFC 9113 §5.2): the windows, and the streams that wait for them in turn. */
export class SendFlow {
  /** What the other side gives each new stream. */
  initialWindow: number = defaultWindowBytes;
  /** Bytes that all streams have in their queues. */
  queuedBytes = 0;
  #window: number = defaultWindowBytes;
  readonly #output: Output;
  // Streams with something in their queue and a window for it.
  readonly #waiting = new Set<SendingStream>();
  readonly #wantingRoom = new Set<SendingStream>();

  constructor(output: Output) {
    this.#output = output;
  }

  /** Sends bytes, or queues them; false when the stream should not send more for now. */
  send(stream: SendingStream, bytes: Uint8Array, end: boolean): boolean {
    const { length } = bytes;
    if (end) stream.ending = true;
    const fits = length <= this.#window && length <= stream.sendWindow && length <= maxFrameBytes;
    if (fits && stream.queuedBytes === 0 && !this.#output.congested) {
      this.#write(stream, bytes, end);
      return !this.#output.congested || this.#wantRoom(stream);
    }
    stream.queue ??= [];
    stream.queue.push(bytes);
    stream.queuedBytes += length;
    this.queuedBytes += length;
    this.#waiting.add(stream);
    this.pump();
    const room = stream.queuedBytes < highWaterBytes && !this.#output.congested;
    return room || this.#wantRoom(stream);
  }

  /** Ends a stream after what it has queued. */
  end(stream: SendingStream): void {
    stream.ending = true;
    if (stream.queuedBytes === 0) this.#write(stream, nothing, true);
  }

  /** The stream sends no more. */
  forget(stream: SendingStream): void {
    this.#waiting.delete(stream);
    this.#wantingRoom.delete(stream);
    stream.queue = undefined;
    this.queuedBytes -= stream.queuedBytes;
    stream.queuedBytes = 0;
  }

  /** WINDOW_UPDATE of the connection. Throws a ConnectionError when the window gets too large. */
  widen(bytes: number): void {
    this.#window += bytes;
    if (this.#window > maxWindowBytes) throw tooLarge("the connection");
    this.pump();
  }

  /** WINDOW_UPDATE of a stream; false when its window gets too large. */
  widenStream(stream: SendingStream, bytes: number): boolean {
    stream.sendWindow += bytes;
    if (stream.sendWindow > maxWindowBytes) return false;
    if (stream.queuedBytes > 0) {
      this.#waiting.add(stream);
      this.pump();
    }
    return true;
  }

  /** SETTINGS_INITIAL_WINDOW_SIZE has changed, and with it the windows of all streams (RFC 9113 §6.9.2). */
  resize(bytes: number, streams: Iterable<SendingStream>): void {
    if (bytes > maxWindowBytes) throw tooLarge("SETTINGS_INITIAL_WINDOW_SIZE");
    const change = bytes - this.initialWindow;
    this.initialWindow = bytes;
    for (const stream of streams) {
      stream.sendWindow += change;
      if (stream.sendWindow > maxWindowBytes) throw tooLarge("the window of a stream");
      if (stream.queuedBytes > 0) this.#waiting.add(stream);
    }
    this.pump();
  }

  /** Sends what it can of all queues: a frame of each stream in turn. */
  pump(): void {
    for (const stream of this.#waiting) {
      if (this.#window <= 0 || this.#output.congested) return;
      // To the end of the line.
      this.#waiting.delete(stream);
      if (stream.sendWindow <= 0) continue;
      this.#writeQueued(stream);
      if (stream.queuedBytes > 0) this.#waiting.add(stream);
      else stream.onFlushed();
      if (stream.wantsRoom && stream.queuedBytes < highWaterBytes / 2) this.#tellRoom(stream);
    }
  }

  /** The socket takes bytes again. */
  drained(): void {
    this.pump();
    for (const stream of this.#wantingRoom) {
      if (this.#output.congested) return;
      if (stream.queuedBytes < highWaterBytes / 2) this.#tellRoom(stream);
    }
  }

  #wantRoom(stream: SendingStream): boolean {
    stream.wantsRoom = true;
    this.#wantingRoom.add(stream);
    return false;
  }

  #tellRoom(stream: SendingStream): void {
    if (this.#output.congested) return;
    stream.wantsRoom = false;
    this.#wantingRoom.delete(stream);
    stream.onRoom();
  }

  /** One frame from the beginning of the queue. */
  #writeQueued(stream: SendingStream): void {
    const queue = stream.queue as Uint8Array[];
    const first = queue[0] as Uint8Array;
    const length = Math.min(first.length, this.#window, stream.sendWindow, maxFrameBytes);
    if (length === first.length) queue.shift();
    else queue[0] = first.subarray(length);
    stream.queuedBytes -= length;
    this.queuedBytes -= length;
    const bytes = length === first.length ? first : first.subarray(0, length);
    this.#write(stream, bytes, stream.ending && stream.queuedBytes === 0);
  }

  #write(stream: SendingStream, bytes: Uint8Array, end: boolean): void {
    const { length } = bytes;
    this.#window -= length;
    stream.sendWindow -= length;
    const output = this.#output;
    const copied = length <= copiedBytes;
    output.reserve(frameHeaderBytes + (copied ? length : 0));
    const { buffer } = output;
    const flags = end ? Flag.END_STREAM : 0;
    const at = writeFrameHeader(buffer, output.at, length, FrameType.DATA, flags, stream.id);
    if (copied) copyTo(buffer, at, bytes);
    output.at = copied ? at + length : at;
    if (!copied) output.append(bytes);
  }
}

const nothing = new Uint8Array(0);
// Up to so many bytes a loop is faster than a call out of JavaScript.
const shortBytes = 32;

function copyTo(out: Buffer, at: number, bytes: Uint8Array): void {
  const { length } = bytes;
  if (length > shortBytes) out.set(bytes, at);
  else for (let i = 0; i < length; i++) out[at + i] = bytes[i] as number;
}

function tooLarge(what: string): ConnectionError {
  return new ConnectionError("FLOW_CONTROL_ERROR", `${what} grew beyond 2^31-1 bytes`);
}
