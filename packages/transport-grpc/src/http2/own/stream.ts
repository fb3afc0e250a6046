import type { CarrierStream } from "../carrier.ts";
import type { ReceivingStream } from "./receive-flow.ts";
import type { SendingStream } from "./send-flow.ts";
import type { Session } from "./session.ts";

/** One stream of a session, either side: what of it both sides have in common. */
export abstract class Stream implements CarrierStream, SendingStream, ReceivingStream {
  readonly id: number;
  sendWindow: number;
  queue: Uint8Array[] | undefined;
  queuedBytes = 0;
  ending = false;
  wantsRoom = false;
  unacknowledged = 0;
  held = 0;
  paused = false;
  /** It has ended on both sides or was reset: nothing more is sent or told. */
  over = false;
  // Any: which kind of streams it has is of no interest here.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  protected readonly session: Session<any>;

  // biome-ignore lint/suspicious/noExplicitAny: see above
  constructor(id: number, session: Session<any>) {
    this.id = id;
    this.session = session;
    this.sendWindow = session.sending.initialWindow;
  }

  data(bytes: Uint8Array): boolean {
    if (this.over || this.ending) return true;
    return this.session.sending.send(this, bytes, false);
  }

  reset(code: number): void {
    this.session.reset(this, code);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    if (!this.over) this.session.receiving.resume(this);
  }

  onFlushed(): void {}

  /** Part of the body, and whether it was the last; the bytes are only there until this returns or are a view. */
  abstract onBody(bytes: Buffer, end: boolean): void;
  /** RST_STREAM. */
  abstract onPeerReset(code: number): void;
  /** The connection is gone. */
  abstract onLost(cause: unknown): void;
  abstract onRoom(): void;
  /** The other side broke a rule that ends the stream only (RFC 9113 §5.4.2). */
  abstract fail(code: number): void;

  /** Whether END_STREAM was sent. */
  protected get sentAll(): boolean {
    return this.ending && this.queuedBytes === 0;
  }
}
