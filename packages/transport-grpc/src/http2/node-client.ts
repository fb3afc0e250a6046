import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionOptions,
  connect,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import {
  type ClientCarrierFactory,
  type ClientCarrierOptions,
  type ClientSession,
  type ClientSessionHandler,
  type ClientStream,
  type OpenRequest,
  type RawHeaders,
  ResetCode,
  type StreamReset,
} from "./carrier.ts";
import { addressOf, dial } from "./dial.ts";
import { toHeaderObject } from "./header-object.ts";
import { NodeClientStream } from "./node-client-stream.ts";
import { resetName } from "./reset-name.ts";

/** HTTP/2 of node:http2, as a client. */
export const connectNodeClient: ClientCarrierFactory = (options) => new NodeClientSession(options);

// node:http2's own limit on what a session may hold, in MB; the flow-control windows are the limit that counts.
const maxSessionMemory = 1024;
// With those that node:http2 would add to each call's copy of them: an object that grows costs more.
const openOptions = { endStream: false, parent: 0, exclusive: false, silent: false };

/** One connection of node:http2's client side. */
export class NodeClientSession implements ClientSession {
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  readonly #handler: ClientSessionHandler;
  #peer: string | undefined;
  #open = 0;
  #connected = false;
  #closed = false;
  // Unknown, and so none, until the server's SETTINGS are here.
  #maxStreams = 0;
  #accepting = true;
  #lastStreamId: number | undefined;
  #cause: unknown;

  constructor(options: ClientCarrierOptions) {
    this.#handler = options.handler;
    const socket = dial(options);
    const session = connect("http://localhost", { ...sessionOptions(options), createConnection: () => socket });
    this.#socket = socket;
    this.#session = session;
    session.on("error", (error) => this.#fail(error));
    session.on("connect", () => this.#onConnect(options));
    session.on("remoteSettings", ({ maxConcurrentStreams }) => this.#onSettings(maxConcurrentStreams));
    session.on("goaway", (code, lastStreamId) => this.#onGoaway(code, lastStreamId));
    session.on("close", () => this.#onClose());
    // When TLS refuses a connection after its handshake, neither the session nor the socket comes to an end by itself.
    socket.on("error", (error) => {
      this.#fail(error);
      socket.destroy();
    });
    socket.on("close", () => {
      session.destroy();
      setImmediate(() => this.#onClose());
    });
  }

  get ready(): boolean {
    // A session that breaks is destroyed some time before it says so.
    return this.#accepting && this.#open < this.#maxStreams && !this.#session.destroyed && !this.#session.closed;
  }

  get openStreams(): number {
    return this.#open;
  }

  get peer(): string | undefined {
    return this.#peer;
  }

  open({ headers, handler, body }: OpenRequest): ClientStream {
    const stream = this.#session.request(asRequestHeaders(headers), openOptions);
    this.#open++;
    const carried = new NodeClientStream(stream, this, handler);
    if (body !== undefined) stream.end(body);
    return carried;
  }

  /** A stream of this session has closed. */
  released(): void {
    this.#open--;
    this.#handler.onCapacity();
    if (!this.#accepting && this.#open === 0) this.destroy();
  }

  /** Why a stream ended before its time. */
  resetOf(stream: ClientHttp2Stream, error: unknown): StreamReset {
    const { id, rstCode } = stream;
    const unsent = id === undefined || id > (this.#lastStreamId ?? Number.POSITIVE_INFINITY);
    const refused = rstCode === ResetCode.REFUSED_STREAM;
    if (!this.#session.destroyed || refused) return { code: rstCode, unprocessed: unsent || refused };
    return {
      code: ResetCode.CANCEL,
      unprocessed: unsent,
      cause: this.#cause ?? error ?? new Error("connection closed"),
    };
  }

  drain(): void {
    this.#accepting = false;
    if (this.#open === 0) this.destroy();
    else this.#session.close();
  }

  destroy(cause?: unknown): void {
    this.#accepting = false;
    this.#cause ??= cause;
    this.#session.destroy();
    // By itself it would wait for the other side to close too, which a dead one never does; what it has to say before
    // that goes out in an immediate of its own.
    setImmediate(() => this.#socket.destroy());
  }

  ping(): boolean {
    const session = this.#session;
    if (session.destroyed || session.connecting) return false;
    return session.ping((error) => {
      if (error === null) this.#handler.onPong();
    });
  }

  hold(alive: boolean): void {
    if (alive) this.#session.ref();
    else this.#session.unref();
  }

  #onConnect({ limits, tls }: ClientCarrierOptions): void {
    if (this.#session.destroyed) return;
    this.#peer = addressOf(this.#socket);
    this.#session.setLocalWindowSize(limits.sessionWindowBytes);
    // An HTTP/1 server would answer our preface with garbage; this says what is wrong.
    if (tls !== undefined && (this.#socket as TLSSocket).alpnProtocol !== "h2")
      this.destroy(new Error("the server does not offer HTTP/2 (ALPN protocol h2)"));
  }

  #onSettings(maxStreams: number | undefined): void {
    if (this.#session.destroyed) return;
    this.#maxStreams = maxStreams ?? Number.POSITIVE_INFINITY;
    const first = !this.#connected;
    this.#connected = true;
    if (first) this.#handler.onConnect();
    else this.#handler.onCapacity();
  }

  #onGoaway(code: number, lastStreamId: number): void {
    this.#accepting = false;
    this.#lastStreamId = lastStreamId;
    if (code !== ResetCode.NO_ERROR)
      this.#fail(new Error(`the server closed the connection with GOAWAY ${resetName(code)}`));
    this.#handler.onGoaway(code);
  }

  #fail(cause: unknown): void {
    this.#accepting = false;
    this.#cause ??= cause;
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#accepting = false;
    this.#handler.onClose(this.#cause);
  }
}

function sessionOptions({ limits }: ClientCarrierOptions): ClientSessionOptions {
  const options = {
    maxSessionMemory,
    // Metadata may have several values for any name.
    strictSingleValueFields: false,
    settings: {
      enablePush: false,
      initialWindowSize: limits.streamWindowBytes,
      maxHeaderListSize: limits.maxHeaderBytes,
    },
  };
  return options;
}

// Raw header arrays cost less than objects; Node 24.0 and 24.1 do not take them.
const takesArrays = (([major = 0, minor = 0]) => major !== 24 || minor >= 2)(
  process.versions.node.split(".").map(Number),
);

function asRequestHeaders(headers: RawHeaders): string[] | OutgoingHttpHeaders {
  return takesArrays ? (headers as string[]) : toHeaderObject(headers);
}
