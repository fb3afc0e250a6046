import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type {
  ClientCarrierFactory,
  ClientCarrierOptions,
  ClientSession,
  ClientSessionHandler,
  ClientStream,
  OpenRequest,
  RawHeaders,
} from "../carrier.ts";
import { dial } from "../dial.ts";
import { resetName } from "../reset-name.ts";
import { OwnClientStream } from "./client-stream.ts";
import type { PeerGoaway } from "./control-frames.ts";
import { writeHeaders } from "./header-writer.ts";
import type { HeaderBlock } from "./hpack/header-block.ts";
import { fieldBytes } from "./hpack/header-block.ts";
import { ErrorCode, maxStreamId, preface, Setting } from "./protocol.ts";
import { Session } from "./session.ts";

/** HTTP/2 of our own, as a client. */
export const connectOwnClient: ClientCarrierFactory = (options) => new OwnClientSession(options);

/** What a test may set as well. */
export interface OwnClientOptions extends ClientCarrierOptions {
  /** The id of the first stream. Default 1. */
  readonly firstId?: number;
  /** Default: one that connects to `address`. */
  readonly socket?: Socket;
}

/** One connection to a server. */
export class OwnClientSession extends Session<OwnClientStream> implements ClientSession {
  protected override readonly handler: ClientSessionHandler;
  #nextId = 1;
  // Unknown, and so none, until the server's SETTINGS are here.
  #maxStreams = 0;
  #maxHeaderBytes = Number.POSITIVE_INFINITY;
  #settled = false;
  #accepting = true;

  constructor(options: OwnClientOptions) {
    const socket = options.socket ?? dial(options);
    super({ ...options, socket });
    this.handler = options.handler;
    this.#nextId = options.firstId ?? 1;
    socket.once(options.tls === undefined ? "connect" : "secureConnect", () => this.#onConnect(options));
  }

  get ready(): boolean {
    return this.#accepting && !this.closed && this.streams.size < this.#maxStreams && !this.output.congested;
  }

  open({ headers, handler, body }: OpenRequest): ClientStream {
    const id = this.#nextId;
    const stream = new OwnClientStream(id, this, handler);
    if (this.closed || !this.#accepting || !this.#settled) return this.#refuse(stream);
    if (this.#maxHeaderBytes < Number.POSITIVE_INFINITY) checkSize(headers, this.#maxHeaderBytes);
    writeHeaders(this.output, this.encoder, { id, fields: headers, end: false });
    this.#nextId = id + 2;
    this.streams.set(id, stream);
    if (body !== undefined) this.sending.send(stream, body, true);
    if (this.#nextId > maxStreamId) this.#onExhausted();
    return stream;
  }

  drain(): void {
    this.#accepting = false;
    if (this.streams.size === 0) this.destroy();
    else if (this.#settled && !this.closed) this.sayGoaway(ErrorCode.NO_ERROR, "");
  }

  hold(alive: boolean): void {
    if (alive) this.socket.ref();
    else this.socket.unref();
  }

  protected override onReleased(): void {
    if (!this.#accepting && this.streams.size === 0) this.destroy();
    else this.handler.onCapacity();
  }

  protected override onRoom(): void {
    super.onRoom();
    this.handler.onCapacity();
  }

  protected override onBlock(id: number, block: HeaderBlock, end: boolean): void {
    const stream = this.streams.get(id);
    if (stream !== undefined) stream.onBlock(block, end);
    else this.onLate("HEADERS", id);
  }

  protected override isIdle(id: number): boolean {
    return id % 2 === 0 || id >= this.#nextId;
  }

  protected override onPeerSettings(settings: ReadonlyMap<number, number>): void {
    const maxStreams = settings.get(Setting.MAX_CONCURRENT_STREAMS);
    if (maxStreams !== undefined) this.#maxStreams = maxStreams;
    else if (!this.#settled) this.#maxStreams = Number.POSITIVE_INFINITY;
    this.#maxHeaderBytes = settings.get(Setting.MAX_HEADER_LIST_SIZE) ?? this.#maxHeaderBytes;
    const first = !this.#settled;
    this.#settled = true;
    if (first) this.handler.onConnect();
    else this.handler.onCapacity();
  }

  protected override onPeerGoaway({ lastId, code, debug }: PeerGoaway): void {
    this.#accepting = false;
    const why = debug === "" ? "" : ` (${debug})`;
    if (code !== ErrorCode.NO_ERROR)
      this.cause ??= new Error(`the server closed the connection with GOAWAY ${resetName(code)}${why}`);
    this.handler.onGoaway(code);
    for (const stream of [...this.streams.values()])
      if (stream.id > lastId) stream.refused({ code: ErrorCode.REFUSED_STREAM, unprocessed: true });
    // After an error the server is about to hang up.
    if (code !== ErrorCode.NO_ERROR || this.streams.size === 0) this.destroy();
  }

  #onConnect({ limits, tls }: ClientCarrierOptions): void {
    // An HTTP/1 server would answer our preface with garbage; this says what is wrong.
    if (tls !== undefined && (this.socket as TLSSocket).alpnProtocol !== "h2") {
      this.destroy(new Error("the server does not offer HTTP/2 (ALPN protocol h2)"));
      return;
    }
    this.output.append(preface);
    this.start([
      [Setting.ENABLE_PUSH, 0],
      [Setting.INITIAL_WINDOW_SIZE, limits.streamWindowBytes],
      [Setting.MAX_HEADER_LIST_SIZE, limits.maxHeaderBytes],
    ]);
  }

  // Ids are not used again (RFC 9113 §5.1.1).
  #onExhausted(): void {
    this.#accepting = false;
    process.nextTick(() => this.handler.onGoaway(ErrorCode.NO_ERROR));
  }

  /** A stream on a connection that takes none any more: whoever asked did so a moment too late. */
  #refuse(stream: OwnClientStream): ClientStream {
    stream.over = true;
    const cause = this.cause ?? new Error("connection closed");
    process.nextTick(() => stream.onLost(cause));
    return stream;
  }
}

function checkSize(headers: RawHeaders, maxBytes: number): void {
  let bytes = 0;
  for (let i = 0; i < headers.length; i += 2) bytes += fieldBytes(headers[i] as string, headers[i + 1] as string);
  if (bytes > maxBytes) throw new RangeError(`its headers have ${bytes} bytes; the server takes ${maxBytes} at most`);
}
