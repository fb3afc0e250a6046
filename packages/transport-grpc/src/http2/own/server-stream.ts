import type { RawHeaders, ServerStream, StreamHandler, UnaryReply } from "../carrier.ts";
import { beginFrame, type FrameHead } from "./frame-writer.ts";
import { writeHeaders } from "./header-writer.ts";
import type { HeaderBlock } from "./hpack/header-block.ts";
import { ErrorCode, Flag, FrameType } from "./protocol.ts";
import { isTrailers } from "./reply-head.ts";
import type { OwnServerSession } from "./server-session.ts";
import { Stream } from "./stream.ts";

// Of the body of a request that is answered.
const maxLateBytes = 8_192;

/** A stream that a client has opened: one request and its reply (RFC 9113 §8.1). */
export class OwnServerStream extends Stream implements ServerStream {
  declare readonly session: OwnServerSession;
  #handler: StreamHandler | undefined;
  // What the request's `content-length` leaves to come; -1 when it has none.
  #expected: number;
  #received = false;
  #begun = false;
  /** The reply is whole, though it may wait for windows: nothing is told any more. */
  #replied = false;
  /** END_STREAM has left. */
  #sent = false;
  // Bytes that have come since.
  #late = 0;
  #trailers: RawHeaders | undefined;

  constructor(id: number, session: OwnServerSession, block: HeaderBlock) {
    super(id, session);
    this.#expected = block.contentLength;
  }

  start(block: HeaderBlock, end: boolean): void {
    this.#received = end;
    if (end && !this.#expect(0, true)) {
      this.fail(ErrorCode.PROTOCOL_ERROR);
      return;
    }
    this.#handler = this.session.server.onStream(this, block.fields.slice(), end);
  }

  unary({ headers, body, trailers }: UnaryReply): void {
    this.headers(headers);
    this.data(body);
    this.trailers(trailers);
  }

  headers(headers: RawHeaders): void {
    if (this.over || this.#begun) return;
    this.#begun = true;
    this.#write(headers, false);
  }

  override data(bytes: Uint8Array): boolean {
    if (!this.#begun || this.#replied) return true;
    return super.data(bytes);
  }

  trailers(trailers: RawHeaders): void {
    if (this.over || this.#replied || !this.#begun) return;
    this.#replied = true;
    if (this.queuedBytes > 0) this.#trailers = trailers;
    else this.#finish(trailers);
  }

  headersOnly(headers: RawHeaders): void {
    if (this.over || this.#begun) return;
    this.#begun = true;
    this.#replied = true;
    this.#finish(headers);
  }

  /** A second header block of the client: its trailers, which gRPC has no use for. */
  onBlock(block: HeaderBlock, end: boolean): void {
    if (this.#received) this.fail(ErrorCode.STREAM_CLOSED);
    else if (!end || !isTrailers(block) || !this.#expect(0, true)) this.fail(ErrorCode.PROTOCOL_ERROR);
    else this.#onEnd();
  }

  onBody(bytes: Buffer, end: boolean): void {
    if (this.#received) {
      this.fail(ErrorCode.STREAM_CLOSED);
      return;
    }
    if (!this.#expect(bytes.length, end)) {
      this.fail(ErrorCode.PROTOCOL_ERROR);
      return;
    }
    if (this.#sent) this.#late += bytes.length;
    // It is not just its end that was on its way.
    if (this.#late > maxLateBytes && !end) this.abandon();
    else if (bytes.length > 0 && !this.#replied) this.#handler?.onData(bytes);
    if (end && !this.over) this.#onEnd();
  }

  onRoom(): void {
    if (!this.#replied) this.#handler?.onDrain();
  }

  override onFlushed(): void {
    if (this.#trailers !== undefined) this.#finish(this.#trailers);
  }

  onPeerReset(code: number): void {
    this.session.blame();
    this.session.release(this);
    this.#lost(code);
  }

  onLost(cause: unknown): void {
    this.#lost(ErrorCode.CANCEL, cause);
  }

  fail(code: number): void {
    this.session.blame();
    this.session.reset(this, code);
    this.#lost(code);
  }

  #lost(code: number, cause?: unknown): void {
    if (this.#replied) return;
    this.#replied = true;
    this.#handler?.onReset({ code: code || ErrorCode.CANCEL, unprocessed: false, cause });
  }

  #onEnd(): void {
    this.#received = true;
    if (!this.#replied) this.#handler?.onEnd();
    else if (this.#sent) this.session.release(this);
  }

  #finish(fields: RawHeaders): void {
    if (!this.#write(fields, true)) return;
    this.#sent = true;
    this.session.served();
    if (this.#received) this.session.release(this);
    else this.session.expectEnd(this);
  }

  /** The rest of the request did not come in time: it is of no use (RFC 9113 §8.1). */
  abandon(): void {
    this.session.reset(this, ErrorCode.NO_ERROR);
  }

  /** False when the fields can't be sent, which ends the call: its caller would wait for ever otherwise. */
  #write(fields: RawHeaders, end: boolean): boolean {
    try {
      if (fields.length === 0) beginFrame(this.session.output, 0, endOfData(this.id));
      else writeHeaders(this.session.output, this.session.encoder, { id: this.id, fields, end });
      return true;
    } catch {
      this.#replied = true;
      this.session.reset(this, ErrorCode.INTERNAL_ERROR);
      return false;
    }
  }

  /** Whether `content-length` allows this (RFC 9113 §8.1.1). */
  #expect(bytes: number, end: boolean): boolean {
    if (this.#expected < 0) return true;
    this.#expected -= bytes;
    return end ? this.#expected === 0 : this.#expected >= 0;
  }
}

// Some browsers stumble over an empty trailer block.
function endOfData(id: number): FrameHead {
  return { type: FrameType.DATA, flags: Flag.END_STREAM, id };
}
