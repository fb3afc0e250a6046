import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import {
  ResetCode,
  type ServerCarrierOptions,
  type ServerHandler,
  type ServerSession,
  type SessionHandler,
} from "./carrier.ts";
import { addressOf } from "./dial.ts";
import { NodeServerStream } from "./node-server-stream.ts";

// SETTINGS frames of one client are few; more than these within a minute are a flood (CVE-2019-9515).
const maxSettingsFrames = 100;
const settingsWindowMs = 60_000;

/** One connection of node:http2's server side. */
export class NodeServerSession implements ServerSession {
  readonly socket: Socket;
  readonly peer: string | undefined;
  readonly #session: ServerHttp2Session;
  readonly #server: ServerHandler;
  readonly #handler: SessionHandler;
  #open = 0;
  #cause: unknown;
  #settingsFrames = 0;
  #settingsSince = 0;

  constructor(session: ServerHttp2Session, socket: Socket, options: ServerCarrierOptions) {
    this.#session = session;
    this.socket = socket;
    this.#server = options.handler;
    this.peer = addressOf(socket);
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
  }

  /** The session broke; its end follows. */
  failed(cause: unknown): void {
    this.#cause ??= cause;
  }

  drain(): void {
    // One GOAWAY, with the last stream that is served: after a first one that promises every stream (RFC 9113 §6.8),
    // nghttp2 ignores what still comes. Callers know that later streams were not processed, and may send them again.
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
    if (this.#session.destroyed || this.#session.closed) return false;
    return this.#session.ping((error) => {
      if (error === null) this.#handler.onPong();
    });
  }

  #onSettings(): void {
    const time = performance.now();
    if (time - this.#settingsSince > settingsWindowMs) {
      this.#settingsSince = time;
      this.#settingsFrames = 0;
    }
    if (++this.#settingsFrames <= maxSettingsFrames) return;
    this.goaway(ResetCode.ENHANCE_YOUR_CALM, "too_many_settings");
    this.destroy(new Error(`the peer sent more than ${maxSettingsFrames} SETTINGS frames a minute`));
  }
}
