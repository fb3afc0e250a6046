import type { ClientStream, ClientStreamHandler, StreamReset } from "../carrier.ts";
import type { OwnClientSession } from "./client-session.ts";
import type { HeaderBlock } from "./hpack/header-block.ts";
import { ErrorCode } from "./protocol.ts";
import { isFinalReply, isInformational, isTrailers } from "./reply-head.ts";
import { Stream } from "./stream.ts";

/** A stream that we have opened: one request and its reply (RFC 9113 §8.1). */
export class OwnClientStream extends Stream implements ClientStream {
  readonly #handler: ClientStreamHandler;
  readonly #turn: number;
  #replied = false;
  // What the reply's `content-length` leaves to come; -1 when it has none.
  #expected = -1;

  constructor(id: number, session: OwnClientSession, handler: ClientStreamHandler) {
    super(id, session);
    this.#handler = handler;
    this.#turn = session.output.turn;
  }

  end(): void {
    if (!this.over && !this.ending) this.session.sending.end(this);
  }

  onBlock(block: HeaderBlock, end: boolean): void {
    if (block.oversized) this.fail(ErrorCode.ENHANCE_YOUR_CALM);
    else if (this.#replied) this.#onTrailers(block, end);
    else if (isFinalReply(block)) this.#onReply(block, end);
    else if (!isInformational(block) || end) this.fail(ErrorCode.PROTOCOL_ERROR);
  }

  onBody(bytes: Buffer, end: boolean): void {
    if (!this.#replied || !this.#expect(bytes.length, end)) {
      this.fail(ErrorCode.PROTOCOL_ERROR);
      return;
    }
    if (bytes.length > 0) this.#handler.onData(bytes);
    if (end && !this.over) this.#finish();
  }

  onRoom(): void {
    this.#handler.onDrain();
  }

  onPeerReset(code: number): void {
    // The server needs no more of the request (RFC 9113 §8.1); whether its reply was whole is for its reader to say.
    if (code === ErrorCode.NO_ERROR) this.#finish();
    else this.refused({ code, unprocessed: code === ErrorCode.REFUSED_STREAM });
  }

  onLost(cause: unknown): void {
    // What never left for the socket was not processed.
    const unprocessed = this.#turn === this.session.output.turn;
    this.#handler.onReset({ code: ErrorCode.CANCEL, unprocessed, cause });
  }

  fail(code: number): void {
    this.session.reset(this, code);
    this.#handler.onReset({ code, unprocessed: false });
  }

  /** The server has reset the stream, or will not process it. */
  refused(reset: StreamReset): void {
    this.session.release(this);
    this.#handler.onReset(reset);
  }

  #onReply(block: HeaderBlock, end: boolean): void {
    this.#replied = true;
    this.#expected = block.contentLength;
    // A reply without a body may have any `content-length`.
    this.#handler.onHeaders(block.fields.slice(), end);
    if (end && !this.over) this.#finish();
  }

  #onTrailers(block: HeaderBlock, end: boolean): void {
    if (!end || !isTrailers(block) || !this.#expect(0, true)) {
      this.fail(ErrorCode.PROTOCOL_ERROR);
      return;
    }
    this.#handler.onTrailers(block.fields.slice());
    if (!this.over) this.#finish();
  }

  /** Whether `content-length` allows this (RFC 9113 §8.1.1). */
  #expect(bytes: number, end: boolean): boolean {
    if (this.#expected < 0) return true;
    this.#expected -= bytes;
    return end ? this.#expected === 0 : this.#expected >= 0;
  }

  #finish(): void {
    // The server has answered without waiting for all of the request; the rest is of no use.
    if (!this.sentAll) this.session.reset(this, ErrorCode.CANCEL);
    else this.session.release(this);
    this.#handler.onEnd();
  }
}
