import type { Socket } from "node:net";
import type { ServerCarrierOptions, ServerHandler, ServerSession, SessionHandler } from "../carrier.ts";
import { ConnectionError } from "./connection-error.ts";
import type { PeerGoaway } from "./control-frames.ts";
import { FloodGuard, resetCost, resets } from "./flood-guard.ts";
import { writeReset } from "./frame-writer.ts";
import type { HeaderBlock } from "./hpack/header-block.ts";
import { PrefaceReader } from "./preface-reader.ts";
import { ErrorCode, Setting } from "./protocol.ts";
import { isRequest } from "./request-head.ts";
import { ResetMemory } from "./reset-memory.ts";
import { OwnServerStream } from "./server-stream.ts";
import { Session } from "./session.ts";
import type { Stream } from "./stream.ts";

// A connection that has not said its preface and SETTINGS by then is closed.
const greetingTimeoutMs = 10_000;
// So long a client that is told to go has to answer a PING.
const leaveMs = 1_000;
// A client whose windows stay shut lets replies wait (CVE-2019-9517); with so many bytes of them it gets no new streams.
const maxQueuedBytes = 64 * 1024 * 1024;
// So long a stream that is answered waits for the end of its request before it is reset.
const endGraceMs = 50;

/** One connection of a client. */
export class OwnServerSession extends Session<OwnServerStream> implements ServerSession {
  readonly server: ServerHandler;
  protected override readonly handler: SessionHandler;
  readonly #maxStreams: number;
  readonly #preface = new PrefaceReader();
  readonly #resets = new FloodGuard(resets);
  readonly #resetMemory = new ResetMemory();
  readonly #greetingTimer: NodeJS.Timeout;
  #unread: OwnServerStream[] = [];
  // Refused ones too, whose frames may still come.
  #newestStream = 0;
  #draining = false;
  #leaving = false;
  #settled = false;

  constructor(socket: Socket, { handler, limits }: ServerCarrierOptions) {
    super({ socket, limits, couplesWindows: true, lingers: true });
    this.server = handler;
    this.#maxStreams = limits.maxConcurrentStreams;
    this.start([
      [Setting.ENABLE_PUSH, 0],
      [Setting.MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams],
      [Setting.INITIAL_WINDOW_SIZE, limits.streamWindowBytes],
      [Setting.MAX_HEADER_LIST_SIZE, limits.maxHeaderBytes],
    ]);
    const late = new Error(`the client did not begin to speak HTTP/2 within ${greetingTimeoutMs} ms`);
    this.#greetingTimer = setTimeout(() => this.destroy(late), greetingTimeoutMs).unref();
    socket.once("close", () => clearTimeout(this.#greetingTimer));
    this.handler = handler.onSession(this);
  }

  goaway(code: number, debug: string): void {
    if (!this.closed) this.sayGoaway(code, debug);
  }

  drain(): void {
    if (this.#draining || this.closed) return;
    this.#draining = true;
    // One GOAWAY, with the last stream that is served: callers know that later ones were not processed.
    this.sayGoaway(ErrorCode.NO_ERROR, "");
    if (this.streams.size === 0) this.#leave();
  }

  /** The client has made us reset a stream, or did so itself. Throws a ConnectionError when it does that too often. */
  blame(): void {
    this.#resets.spend(resetCost);
  }

  /** The reply was whole before its request, the rest of which may be on its way. */
  expectEnd(stream: OwnServerStream): void {
    if (this.#unread.push(stream) === 1) setTimeout(() => this.#abandonUnread(), endGraceMs).unref();
  }

  /** A call has ended well. */
  served(): void {
    this.#resets.earn();
  }

  override reset(stream: Stream, code: number): void {
    if (!stream.over) this.#resetMemory.add(stream.id);
    super.reset(stream, code);
  }

  protected override onInput(chunk: Buffer): void {
    super.onInput(this.#preface.take(chunk));
  }

  protected override onReleased(): void {
    if (this.#draining && this.streams.size === 0) this.#leave();
  }

  protected override onBlock(id: number, block: HeaderBlock, end: boolean): void {
    const stream = this.streams.get(id);
    if (stream !== undefined) stream.onBlock(block, end);
    else if (id > this.#newestStream) this.#open(id, block, end);
    else this.#onOldBlock(id);
  }

  protected override isIdle(id: number): boolean {
    return id % 2 === 0 || id > this.#newestStream;
  }

  protected override onLate(what: string, id: number): void {
    super.onLate(what, id);
    if (what === "RST_STREAM") this.blame();
    if (what !== "DATA" || this.#resetMemory.mayHold(id)) return;
    this.#refuse(id, ErrorCode.STREAM_CLOSED);
  }

  protected override onPeerSettings(): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#greetingTimer);
  }

  // A client that goes takes no new streams of ours, of which there are none.
  protected override onPeerGoaway({ code }: PeerGoaway): void {
    if (code === ErrorCode.NO_ERROR && this.streams.size === 0) this.drain();
  }

  protected override onPong(): void {
    if (this.#leaving) this.finish();
    else super.onPong();
  }

  // Not before the client has read all replies: node:http2 loses what comes together with the end of its connection.
  #leave(): void {
    if (this.#leaving || this.closed) return;
    this.#leaving = true;
    if (this.ping()) setTimeout(() => this.finish(), leaveMs).unref();
    else this.finish();
  }

  #open(id: number, block: HeaderBlock, end: boolean): void {
    if (id % 2 === 0) throw new ConnectionError("PROTOCOL_ERROR", `a client opened the stream ${id}`);
    this.#newestStream = id;
    // What comes after our GOAWAY is not processed, and must not count as the last that was (RFC 9113 §6.8).
    if (!this.#draining) this.lastPeerStream = id;
    const refusal = this.#refusal(block);
    if (refusal !== undefined) {
      this.#refuse(id, refusal);
      return;
    }
    const stream = new OwnServerStream(id, this, block);
    this.streams.set(id, stream);
    stream.start(block, end);
  }

  #abandonUnread(): void {
    const unread = this.#unread;
    this.#unread = [];
    for (const stream of unread) stream.abandon();
  }

  #refusal(block: HeaderBlock): number | undefined {
    if (this.#draining) return ErrorCode.REFUSED_STREAM;
    if (block.oversized) return ErrorCode.ENHANCE_YOUR_CALM;
    if (!isRequest(block)) return ErrorCode.PROTOCOL_ERROR;
    const room = this.streams.size < this.#maxStreams && this.sending.queuedBytes < maxQueuedBytes;
    return room ? undefined : ErrorCode.REFUSED_STREAM;
  }

  #refuse(id: number, code: number): void {
    this.blame();
    this.#resetMemory.add(id);
    this.answer();
    writeReset(this.output, id, code);
  }

  #onOldBlock(id: number): void {
    if (!this.#resetMemory.mayHold(id))
      throw new ConnectionError("STREAM_CLOSED", `HEADERS came for the stream ${id}, which has ended`);
    this.onLate("HEADERS", id);
  }
}
