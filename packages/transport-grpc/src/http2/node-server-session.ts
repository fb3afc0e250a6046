import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import {
  ResetCode,
  type ServerCarrierOptions,
  type ServerHandler,
  type ServerSession,
  type SessionHandler,
} from "./carrier.ts";
import { NodeServerStream } from "./node-server-stream.ts";

// The first GOAWAY of a drain promises every stream (RFC 9113 §6.8), so that none that is on its way gets refused.
const everyStream = 2 ** 31 - 1;
// How long a drain waits for the answer to its PING, which says that the other side has seen that GOAWAY.
const drainPongMs = 1_000;
// SETTINGS frames of one client are few; more than these at once are a flood (CVE-2019-9515).
const maxSettingsFrames = 100;

/** One connection of node:http2's server side. */
export class NodeServerSession implements ServerSession {
  readonly peer: string | undefined;
  readonly #session: ServerHttp2Session;
  readonly #server: ServerHandler;
  readonly #handler: SessionHandler;
  #open = 0;
  #draining = false;
  #drainTimer: NodeJS.Timeout | undefined;
  #cause: unknown;
  #settingsFrames = 0;

  constructor(session: ServerHttp2Session, options: ServerCarrierOptions) {
    this.#session = session;
    this.#server = options.handler;
    this.peer = addressOf(session);
    session.setLocalWindowSize(options.limits.sessionWindowBytes);
    session.on("close", () => this.#handler.onClose(this.#cause));
    session.on("remoteSettings", () => this.#onSettings());
    this.#handler = this.#server.onSession(this);
    if (this.#handler.onPing !== undefined) session.on("ping", () => this.#handler.onPing?.());
  }

  get openStreams(): number {
    return this.#open;
  }

  accept(stream: ServerHttp2Stream, flags: number, headers: string[]): void {
    this.#open++;
    new NodeServerStream(stream, this).start(this.#server, headers, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0);
  }

  /** A stream of this session has closed. */
  released(): void {
    this.#open--;
    if (this.#open === 0 && this.#draining) this.#close();
  }

  /** The session broke; its end follows. */
  failed(cause: unknown): void {
    this.#cause ??= cause;
  }

  drain(): void {
    const session = this.#session;
    if (this.#draining || session.destroyed || session.closed) return;
    this.#draining = true;
    // Once it has sent a GOAWAY, nghttp2 reads no more while no stream is open: there is nothing to wait for then.
    if (this.#open === 0) {
      this.#close();
      return;
    }
    session.goaway(ResetCode.NO_ERROR, everyStream);
    if (!this.#ping(() => this.#close())) this.#close();
    else this.#drainTimer = setTimeout(() => this.#close(), drainPongMs).unref();
  }

  // The second GOAWAY, with the last stream that is served; node:http2 ends the connection after it.
  #close(): void {
    clearTimeout(this.#drainTimer);
    this.#session.close();
  }

  goaway(code: number, debug: string): void {
    if (!this.#session.destroyed) this.#session.goaway(code, 0, Buffer.from(debug));
  }

  destroy(cause?: unknown): void {
    this.#cause ??= cause;
    this.#session.destroy();
  }

  ping(): boolean {
    return this.#ping(() => this.#handler.onPong());
  }

  #ping(onPong: () => void): boolean {
    if (this.#session.destroyed || this.#session.closed) return false;
    return this.#session.ping((error) => {
      if (error === null) onPong();
    });
  }

  #onSettings(): void {
    if (++this.#settingsFrames <= maxSettingsFrames) return;
    this.goaway(ResetCode.ENHANCE_YOUR_CALM, "too_many_settings");
    this.destroy(new Error(`the peer sent more than ${maxSettingsFrames} SETTINGS frames`));
  }
}

function addressOf(session: ServerHttp2Session): string | undefined {
  const { remoteAddress, remotePort } = session.socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}
