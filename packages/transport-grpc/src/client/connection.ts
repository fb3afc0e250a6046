import type {
  ClientCarrierFactory,
  ClientLimits,
  ClientSession,
  ClientSessionHandler,
  ClientTls,
} from "../http2/carrier.ts";
import type { Address } from "./endpoint.ts";

/** PINGs, when there are any. */
export interface Keepalive {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly withoutCalls: boolean;
}

/** How the connections of a channel are made and kept. */
export interface ConnectionSettings {
  readonly connect: ClientCarrierFactory;
  readonly limits: ClientLimits;
  readonly tls: ClientTls | undefined;
  readonly connectTimeoutMs: number;
  readonly keepalive: Keepalive | undefined;
}

/** Hears of the life of its connections. */
export interface ConnectionOwner {
  /** Between two PINGs, in ms; 0: none. */
  readonly pingIntervalMs: number;
  /** Somebody waits for its end. */
  readonly closing: boolean;
  /** It can take calls. */
  onReady(connection: Connection): void;
  /** It may have room for one more call. */
  onRoom(connection: Connection): void;
  /** It takes no new calls, those that are open go on; `code` is that of the GOAWAY. */
  onDraining(connection: Connection, code: number): void;
  onLost(connection: Connection, cause: unknown): void;
}

/** One connection of a channel: its time limit to connect, its PINGs, and whether it keeps the process alive. */
export class Connection implements ClientSessionHandler {
  readonly session: ClientSession;
  readonly #owner: ConnectionOwner;
  readonly #keepalive: Keepalive | undefined;
  #connectTimer: NodeJS.Timeout | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #pongTimer: NodeJS.Timeout | undefined;
  #connected = false;
  #held = true;

  constructor(address: Address, settings: ConnectionSettings, owner: ConnectionOwner) {
    const { connect, limits, connectTimeoutMs, keepalive } = settings;
    const tls = address.secure ? (settings.tls ?? {}) : undefined;
    this.#owner = owner;
    this.#keepalive = keepalive;
    this.session = connect({ address: address.connect, limits, tls, handler: this });
    const cause = new Error(`no HTTP/2 connection within connectTimeoutMs (${connectTimeoutMs})`);
    this.#connectTimer = setTimeout(() => this.session.destroy(cause), connectTimeoutMs).unref();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** While it holds the process alive, which it does for the calls on it and those that wait for it. */
  hold(alive: boolean): void {
    if (this.#held === alive || (this.#owner.closing && !alive)) return;
    this.#held = alive;
    this.session.hold(alive);
  }

  onConnect(): void {
    this.#connected = true;
    clearTimeout(this.#connectTimer);
    this.#armPing();
    this.#owner.onReady(this);
    this.#releaseWhenIdle();
  }

  onCapacity(): void {
    this.#owner.onRoom(this);
    this.#releaseWhenIdle();
  }

  onGoaway(code: number): void {
    this.#owner.onDraining(this, code);
  }

  onPong(): void {
    clearTimeout(this.#pongTimer);
    this.#pongTimer = undefined;
  }

  onClose(cause: unknown): void {
    clearTimeout(this.#connectTimer);
    clearInterval(this.#pingTimer);
    clearTimeout(this.#pongTimer);
    this.#owner.onLost(this, cause);
  }

  #releaseWhenIdle(): void {
    if (this.session.openStreams === 0) this.hold(false);
  }

  #armPing(): void {
    const { pingIntervalMs } = this.#owner;
    if (pingIntervalMs > 0) this.#pingTimer = setInterval(() => this.#ping(), pingIntervalMs).unref();
  }

  #ping(): void {
    if (this.#keepalive === undefined) return;
    const { timeoutMs, withoutCalls } = this.#keepalive;
    if (this.session.openStreams === 0 && !withoutCalls) return;
    if (this.#pongTimer !== undefined || !this.session.ping()) return;
    const cause = new Error(`the server did not answer a keepalive PING within ${timeoutMs} ms`);
    this.#pongTimer = setTimeout(() => this.session.destroy(cause), timeoutMs).unref();
  }
}
