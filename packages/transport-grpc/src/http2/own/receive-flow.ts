import { ConnectionError } from "./connection-error.ts";
import { writeWindowUpdate } from "./frame-writer.ts";
import type { Output } from "./output.ts";
import { defaultWindowBytes } from "./protocol.ts";

/** What the receiving side of a stream is to the connection's flow control. */
export interface ReceivingStream {
  readonly id: number;
  /** Bytes that have arrived and that the other side was not yet allowed to send again on the stream. */
  unacknowledged: number;
  /** Those of them that arrived while it was paused, and which the connection has to wait for as well. */
  held: number;
  readonly paused: boolean;
}

export interface ReceiveOptions {
  readonly streamWindowBytes: number;
  readonly sessionWindowBytes: number;
  /**
   * Whether what a paused stream has received counts against the connection's window until it goes on. A server has it
   * so, since clients decide how many streams there are; a client has not, so that a slow reader does not hold up its
   * neighbours.
   */
  readonly coupled: boolean;
}

/** Flow control of what a connection receives (RFC 9113 §5.2). Windows are opened again when half of them is used. */
export class ReceiveFlow {
  readonly #output: Output;
  readonly #options: ReceiveOptions;
  readonly #window: number;
  // Of the connection's window, and how much of that may be given back.
  #used = 0;
  #free = 0;
  // Until the other side has acknowledged our SETTINGS it need not know better.
  #streamWindow: number = defaultWindowBytes;

  constructor(output: Output, options: ReceiveOptions) {
    this.#output = output;
    this.#options = options;
    // It can't be made smaller than it is at first (RFC 9113 §6.9.2).
    this.#window = Math.max(options.sessionWindowBytes, defaultWindowBytes);
  }

  /** Opens the connection's window; our SETTINGS have said how large those of streams are. */
  start(): void {
    const more = this.#window - defaultWindowBytes;
    if (more > 0) writeWindowUpdate(this.#output, 0, more);
  }

  /** The other side has acknowledged our SETTINGS. */
  settled(): void {
    this.#streamWindow = this.#options.streamWindowBytes;
  }

  /** The payload of a DATA frame. Throws a ConnectionError FLOW_CONTROL_ERROR when the connection had no window for it. */
  receive(bytes: number, stream: ReceivingStream | undefined): void {
    this.#used += bytes;
    if (this.#used > this.#window)
      throw new ConnectionError("FLOW_CONTROL_ERROR", "more DATA came than the connection's window allows");
    if (stream?.paused && this.#options.coupled) stream.held += bytes;
    else this.#giveBack(bytes);
  }

  /** The same for its stream; false when the stream's window did not allow it. */
  receiveOn(stream: ReceivingStream, bytes: number): boolean {
    stream.unacknowledged += bytes;
    return stream.unacknowledged <= this.#streamWindow;
  }

  /** Lets the other side of a stream send more, unless its reader has paused. */
  acknowledge(stream: ReceivingStream): void {
    if (stream.paused || stream.unacknowledged * 2 < this.#streamWindow) return;
    writeWindowUpdate(this.#output, stream.id, stream.unacknowledged);
    stream.unacknowledged = 0;
  }

  /** The reader of a stream goes on. */
  resume(stream: ReceivingStream): void {
    this.forget(stream);
    this.acknowledge(stream);
  }

  /** A stream holds nothing any more. */
  forget(stream: ReceivingStream): void {
    if (stream.held === 0) return;
    const { held } = stream;
    stream.held = 0;
    this.#giveBack(held);
  }

  #giveBack(bytes: number): void {
    this.#free += bytes;
    if (this.#free * 2 < this.#window) return;
    writeWindowUpdate(this.#output, 0, this.#free);
    this.#used -= this.#free;
    this.#free = 0;
  }
}
