import type { Socket } from "node:net";
import type { CarrierSession, SessionHandler } from "../carrier.ts";
import { Connection } from "./connection.ts";
import { ConnectionError, notHttp2, wrongSize, wrongStream } from "./connection-error.ts";
import {
  checkPing,
  checkPriority,
  type PeerGoaway,
  readGoaway,
  readReset,
  readWindowUpdate,
} from "./control-frames.ts";
import { FloodGuard, frameCost, idleFrames } from "./flood-guard.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { writePing, writeReset, writeSettings, writeSettingsAck } from "./frame-writer.ts";
import { HeaderCollector } from "./header-collector.ts";
import { HeaderDecoder } from "./hpack/decoder.ts";
import { HeaderEncoder } from "./hpack/encoder.ts";
import type { HeaderBlock } from "./hpack/header-block.ts";
import { endWithoutPadding, headerFragment } from "./padding.ts";
import { Pings } from "./pings.ts";
import { ErrorCode, Flag, FrameType, Setting } from "./protocol.ts";
import { ReceiveFlow, type ReceiveOptions } from "./receive-flow.ts";
import { SendFlow } from "./send-flow.ts";
import { readSettings } from "./settings.ts";
import type { Stream } from "./stream.ts";

export interface SessionOptions {
  readonly socket: Socket;
  /** See {@link ReceiveFlow}. */
  readonly couplesWindows?: boolean;
  /** Waits for the other side to read what it was told before the connection ends. */
  readonly lingers?: boolean;
  readonly limits: Omit<ReceiveOptions, "coupled"> & { readonly maxHeaderBytes: number };
}

// A WINDOW_UPDATE of less is hardly of use.
const worthUpdatingBytes = 1_024;

/**
 * One connection (RFC 9113): what both sides have in common. Reads frames and tells streams of them; a peer that breaks
 * the rules, or makes us work for nothing, loses the connection.
 */
export abstract class Session<S extends Stream> extends Connection implements CarrierSession, FrameSink {
  readonly sending: SendFlow;
  readonly receiving: ReceiveFlow;
  protected abstract readonly handler: SessionHandler;
  protected readonly streams = new Map<number, S>();
  readonly encoder = new HeaderEncoder();
  readonly #decoder: HeaderDecoder;
  readonly #collector: HeaderCollector;
  readonly #reader = new FrameReader(this);
  readonly #flood = new FloodGuard(idleFrames);
  readonly #pings: Pings;
  #greeted = false;

  constructor({ socket, limits, couplesWindows = false, lingers = false }: SessionOptions) {
    super(socket, { lingers });
    this.sending = new SendFlow(this.output);
    this.receiving = new ReceiveFlow(this.output, { ...limits, coupled: couplesWindows });
    this.#pings = new Pings(this.output);
    this.#decoder = new HeaderDecoder(limits.maxHeaderBytes);
    this.#collector = new HeaderCollector(limits.maxHeaderBytes);
  }

  get openStreams(): number {
    return this.streams.size;
  }

  ping(): boolean {
    return this.connected && !this.closed && this.#pings.send();
  }

  abstract drain(): void;

  onFrame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (!this.#greeted) this.#greet(type, flags);
    if (this.#collector.open && type !== FrameType.CONTINUATION)
      throw new ConnectionError("PROTOCOL_ERROR", "another frame came within a header block");
    switch (type) {
      case FrameType.DATA:
        this.#onData(flags, id, bytes, start, end);
        break;
      case FrameType.HEADERS:
        this.#onHeaders(flags, id, bytes, start, end);
        break;
      case FrameType.WINDOW_UPDATE:
        this.#onWindowUpdate(id, bytes.subarray(start, end));
        break;
      case FrameType.CONTINUATION:
        this.#onContinuation(flags, id, bytes.subarray(start, end));
        break;
      case FrameType.SETTINGS:
        this.#onSettings(flags, id, bytes, start, end);
        break;
      case FrameType.PING:
        this.#onPing(flags, id, bytes, start, end);
        break;
      case FrameType.RST_STREAM:
        this.#onReset(id, bytes.subarray(start, end));
        break;
      case FrameType.GOAWAY:
        this.#flood.spend(frameCost.goaway);
        this.onPeerGoaway(readGoaway(id, bytes.subarray(start, end)));
        break;
      case FrameType.PUSH_PROMISE:
        throw new ConnectionError("PROTOCOL_ERROR", "PUSH_PROMISE, which was not allowed");
      case FrameType.PRIORITY:
        checkPriority(id, end - start);
        this.#flood.spend(frameCost.other);
        break;
      default:
        // Unknown types are ignored (RFC 9113 §5.5).
        this.#flood.spend(frameCost.other);
    }
  }

  /** Ends a stream with RST_STREAM; it is not told. */
  reset(stream: Stream, code: number): void {
    if (stream.over) return;
    writeReset(this.output, stream.id, code);
    this.release(stream);
  }

  /** A stream has ended on both sides or was reset: it is forgotten. */
  release(stream: Stream): void {
    stream.over = true;
    this.sending.forget(stream);
    this.receiving.forget(stream);
    this.streams.delete(stream.id);
    this.onReleased();
  }

  /** Says what comes first on a connection; the socket is connected. */
  protected start(settings: ReadonlyArray<readonly [number, number]>): void {
    this.begin();
    writeSettings(this.output, settings);
    this.receiving.start();
  }

  /** A stream is gone. */
  protected abstract onReleased(): void;
  /** A stream's header block. */
  protected abstract onBlock(id: number, block: HeaderBlock, end: boolean): void;
  /** Whether nobody has opened this stream yet, so that nothing may come for it. */
  protected abstract isIdle(id: number): boolean;
  /** SETTINGS, of which the session itself has taken what concerns windows and HPACK. */
  protected abstract onPeerSettings(settings: ReadonlyMap<number, number>): void;
  protected abstract onPeerGoaway(goaway: PeerGoaway): void;

  /** Takes bytes that are frames. */
  protected override onInput(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (this.#greeted || !(error instanceof ConnectionError)) throw error;
      throw notHttp2(chunk, error);
    }
  }

  /** The answer to a PING of ours. */
  protected onPong(): void {
    this.handler.onPong();
  }

  protected override onRoom(): void {
    this.sending.drained();
  }

  protected override onGone(cause: unknown): void {
    const why = cause ?? new Error("connection closed");
    for (const stream of [...this.streams.values()]) {
      stream.over = true;
      this.streams.delete(stream.id);
      stream.onLost(why);
    }
    this.handler.onClose(cause);
  }

  #greet(type: number, flags: number): void {
    if (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0)
      throw new ConnectionError("PROTOCOL_ERROR", "the first frame is not SETTINGS");
    this.#greeted = true;
  }

  #onData(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id === 0) throw wrongStream("DATA", id);
    const stream = this.streams.get(id);
    this.receiving.receive(end - start, stream);
    const ended = (flags & Flag.END_STREAM) !== 0;
    const padded = (flags & Flag.PADDED) !== 0;
    const stop = padded ? endWithoutPadding(bytes, start, end) : end;
    const from = padded ? start + 1 : start;
    if (stream === undefined) {
      this.onLate("DATA", id);
      return;
    }
    if (stop > from) this.#flood.earn();
    else if (!ended) this.#flood.spend(frameCost.other);
    if (!this.receiving.receiveOn(stream, end - start)) {
      stream.fail(ErrorCode.FLOW_CONTROL_ERROR);
      return;
    }
    stream.onBody(bytes.subarray(from, stop), ended);
    if (!ended && !stream.over) this.receiving.acknowledge(stream);
  }

  #onHeaders(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id === 0) throw wrongStream("HEADERS", id);
    const plain = (flags & (Flag.PADDED | Flag.PRIORITY)) === 0;
    if (plain && (flags & Flag.END_HEADERS) !== 0) {
      this.#onWholeBlock(id, this.#decoder.decode(bytes, start, end), (flags & Flag.END_STREAM) !== 0);
      return;
    }
    const fragment = headerFragment(flags, id, bytes.subarray(start, end));
    if ((flags & Flag.END_HEADERS) === 0) this.#collector.begin(id, flags, fragment);
    else {
      const block = this.#decoder.decode(fragment, 0, fragment.length);
      this.#onWholeBlock(id, block, (flags & Flag.END_STREAM) !== 0);
    }
  }

  #onContinuation(flags: number, id: number, fragment: Buffer): void {
    const whole = this.#collector.add(id, flags, fragment);
    if (whole === undefined) return;
    this.#onWholeBlock(id, this.#decoder.decode(whole.bytes, 0, whole.bytes.length), whole.end);
  }

  #onWholeBlock(id: number, block: HeaderBlock, end: boolean): void {
    this.#flood.earn();
    this.onBlock(id, block, end);
  }

  /** A frame of a stream that is not open: it was on its way when the stream ended (RFC 9113 §5.1). */
  protected onLate(what: string, id: number): void {
    if (this.isIdle(id)) throw wrongStream(what, id);
    this.#flood.spend(frameCost.other);
  }

  #onWindowUpdate(id: number, payload: Buffer): void {
    const more = readWindowUpdate(id, payload);
    if (more < worthUpdatingBytes) this.#flood.spend(frameCost.other);
    if (id === 0) {
      this.sending.widen(more);
      return;
    }
    const stream = this.streams.get(id);
    if (stream === undefined) this.onLate("WINDOW_UPDATE", id);
    else if (more === 0) stream.fail(ErrorCode.PROTOCOL_ERROR);
    else if (!this.sending.widenStream(stream, more)) stream.fail(ErrorCode.FLOW_CONTROL_ERROR);
  }

  #onSettings(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0) throw wrongStream("SETTINGS", id);
    const acknowledges = (flags & Flag.ACK) !== 0;
    this.#flood.spend(acknowledges ? frameCost.other : frameCost.settings);
    if (acknowledges) {
      if (end > start) throw wrongSize("SETTINGS with ACK");
      this.receiving.settled();
      return;
    }
    const settings = readSettings(bytes, start, end);
    this.encoder.limitTable(settings.get(Setting.HEADER_TABLE_SIZE));
    const window = settings.get(Setting.INITIAL_WINDOW_SIZE);
    if (window !== undefined) this.sending.resize(window, this.streams.values());
    this.answer();
    writeSettingsAck(this.output);
    this.onPeerSettings(settings);
  }

  #onPing(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    checkPing(id, end - start);
    if ((flags & Flag.ACK) === 0) {
      this.#flood.spend(frameCost.other);
      this.answer();
      writePing(this.output, Flag.ACK, { bytes, start });
      this.handler.onPing?.();
    } else if (this.#pings.isAnswer(bytes, start)) this.onPong();
    else this.#flood.spend(frameCost.other);
  }

  #onReset(id: number, payload: Buffer): void {
    const code = readReset(id, payload);
    const stream = this.streams.get(id);
    if (stream === undefined) this.onLate("RST_STREAM", id);
    else stream.onPeerReset(code);
  }
}
