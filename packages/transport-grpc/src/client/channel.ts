import { AsyncLocalStorage } from "node:async_hooks";
import {
  errorClientClosed,
  errorServiceUnavailable,
  errorTooManyRequests,
  type KratosError,
  now,
} from "@kratos-ts/core";
import { type ClientSession, ResetCode } from "../http2/carrier.ts";
import { Backoff } from "./backoff.ts";
import { Connection, type ConnectionOwner, type ConnectionSettings } from "./connection.ts";
import type { Address } from "./endpoint.ts";
import type { BackoffOptions } from "./options.ts";

export interface ChannelSettings extends ConnectionSettings {
  readonly sessions: number;
  readonly waitForReady: boolean;
  readonly maxQueuedCalls: number;
  readonly backoff: BackoffOptions | undefined;
}

/** A call as its channel sees it. */
export interface ChannelCall {
  /** Opens its stream on this session, which has room for it. */
  open(session: ClientSession): void;
  /** There is no session for it. */
  fail(error: KratosError): void;
}

// From so many calls on the least busy connection on, one more connection is opened: what servers take at least (RFC 9113
// §6.5.2). Below that a second one brings nothing.
const busyStreams = 100;

// Connections outlive the call that they were opened for; so they must not run in its context.
const atRoot = AsyncLocalStorage.snapshot();

/**
 * The connections to one address: opened when a call needs them, again after a failure with back-off, and the queue of
 * the calls that wait for one of them.
 */
export class Channel implements ConnectionOwner {
  readonly address: Address;
  pingIntervalMs: number;
  readonly #settings: ChannelSettings;
  readonly #backoff: Backoff;
  // Connecting or ready.
  #connections: Connection[] = [];
  readonly #draining = new Set<Connection>();
  readonly #waiting = new Set<ChannelCall>();
  #failure: unknown;
  #retryAt = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  closing = false;
  #onEmpty: (() => void) | undefined;
  // For finding out about idleness without a clock on every call.
  #calls = 0;
  #callsAtLook = 0;
  #quietLooks = 0;

  constructor(address: Address, settings: ChannelSettings) {
    this.address = address;
    this.#settings = settings;
    this.#backoff = new Backoff(settings.backoff);
    this.pingIntervalMs = settings.keepalive?.intervalMs ?? 0;
  }

  /** Opens the call on a connection, now or once there is one with room. */
  start(call: ChannelCall): void {
    this.#calls++;
    const connection = this.#leastBusy();
    if (connection === undefined || this.#waiting.size > 0) this.#wait(call);
    else {
      if (connection.session.openStreams >= busyStreams) this.#connectOneMore();
      this.#open(call, connection);
    }
  }

  /** The call was cancelled while it waited. */
  forget(call: ChannelCall): void {
    if (!this.#waiting.delete(call) || this.#waiting.size > 0) return;
    clearTimeout(this.#retryTimer);
    for (const connection of this.#connections) if (!connection.connected) connection.hold(false);
  }

  /** Why there is no connection, as far as is known. */
  get trouble(): Error {
    const { name } = this.address;
    if (this.#failure === undefined) return new Error(`still connecting to ${name}`);
    return new Error(`can't connect to ${name}: ${textOf(this.#failure)}`, { cause: this.#failure });
  }

  /**
   * Looks for idleness: connections without a call since the look before the last are closed. True when nothing is
   * left, so that the channel itself can go.
   */
  look(): boolean {
    const quiet = this.#calls === this.#callsAtLook && this.#waiting.size === 0 && this.#openStreams() === 0;
    this.#callsAtLook = this.#calls;
    this.#quietLooks = quiet ? this.#quietLooks + 1 : 0;
    if (this.#quietLooks < 2) return false;
    for (const connection of [...this.#connections]) this.#drain(connection);
    return this.#draining.size === 0;
  }

  /** Takes no more calls. Those in flight have until the signal aborts; then they end with 499. */
  async close(signal: AbortSignal): Promise<void> {
    this.closing = true;
    clearTimeout(this.#retryTimer);
    const gone = closedError(this.address.name);
    for (const call of [...this.#waiting]) this.#refuse(call, gone);
    for (const connection of [...this.#connections]) this.#drain(connection);
    // Whoever waits for this must not find the process gone before.
    for (const connection of this.#draining) connection.hold(true);
    if (this.#draining.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    const cut = (): void => {
      for (const connection of this.#draining) connection.session.destroy(gone);
    };
    if (signal.aborted) cut();
    else signal.addEventListener("abort", cut, { once: true });
    await empty;
    signal.removeEventListener("abort", cut);
  }

  onReady(): void {
    this.#backoff.reset();
    this.#failure = undefined;
    this.#serveWaiting();
  }

  onRoom(): void {
    if (this.#waiting.size > 0) this.#serveWaiting();
  }

  onDraining(connection: Connection, code: number): void {
    // Too many PINGs: asks half as often from now on (gRPC keepalive).
    if (code === ResetCode.ENHANCE_YOUR_CALM) this.pingIntervalMs *= 2;
    this.#remove(connection);
    this.#draining.add(connection);
    this.#connectForWaiting();
  }

  onLost(connection: Connection, cause: unknown): void {
    this.#remove(connection);
    this.#draining.delete(connection);
    if (!connection.connected && !this.closing) this.#failed(cause ?? new Error("the server hung up"));
    if (this.#draining.size === 0) this.#onEmpty?.();
    this.#connectForWaiting();
  }

  #open(call: ChannelCall, connection: Connection): void {
    connection.hold(true);
    call.open(connection.session);
    if (connection.session.openStreams === 0) connection.hold(false);
  }

  #leastBusy(): Connection | undefined {
    let best: Connection | undefined;
    for (const connection of this.#connections) {
      const { session } = connection;
      if (session.ready && (best === undefined || session.openStreams < best.session.openStreams)) best = connection;
    }
    return best;
  }

  #wait(call: ChannelCall): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      call.fail(refusal);
      return;
    }
    this.#waiting.add(call);
    for (const connection of this.#connections) if (!connection.connected) connection.hold(true);
    this.#connectForWaiting();
  }

  /** Why a call can't wait now. */
  #refusal(): KratosError | undefined {
    const { maxQueuedCalls, waitForReady } = this.#settings;
    const { name } = this.address;
    if (this.closing) return closedError(name);
    if (this.#connections.length === 0 && now() < this.#retryAt && !waitForReady) return this.#unavailable();
    if (this.#waiting.size < maxQueuedCalls) return undefined;
    return errorTooManyRequests("", `${maxQueuedCalls} calls wait for ${name} already (maxQueuedCalls)`);
  }

  #serveWaiting(): void {
    for (const call of this.#waiting) {
      const connection = this.#leastBusy();
      if (connection === undefined) break;
      this.#waiting.delete(call);
      this.#open(call, connection);
    }
    this.#connectForWaiting();
  }

  #connectForWaiting(): void {
    if (this.#waiting.size > 0) this.#connectOneMore();
  }

  /** Opens a connection, unless one is being opened, there are enough, or it is too early to try again. */
  #connectOneMore(): void {
    const connections = this.#connections;
    if (this.closing || connections.length >= this.#settings.sessions) return;
    if (connections.some(({ connected }) => !connected)) return;
    const earlyMs = this.#retryAt - now();
    if (earlyMs > 0) this.#retryIn(earlyMs);
    else {
      const connection = atRoot(connectionOf, this, this.#settings);
      connection.hold(this.#waiting.size > 0);
      connections.push(connection);
    }
  }

  #retryIn(ms: number): void {
    if (this.#waiting.size === 0) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connectForWaiting(), ms);
  }

  #failed(cause: unknown): void {
    this.#failure = cause;
    this.#retryAt = now() + this.#backoff.next();
    // Those that wait for a free stream still have connections to wait for.
    if (this.#connections.length > 0 || this.#settings.waitForReady) return;
    const error = this.#unavailable();
    for (const call of [...this.#waiting]) this.#refuse(call, error);
  }

  #refuse(call: ChannelCall, error: KratosError): void {
    if (this.#waiting.delete(call)) call.fail(error);
  }

  #unavailable(): KratosError {
    const { trouble } = this;
    const inMs = Math.max(Math.ceil(this.#retryAt - now()), 0);
    return errorServiceUnavailable("", `${trouble.message}; next attempt in ${inMs} ms`, { cause: this.#failure });
  }

  #drain(connection: Connection): void {
    this.#remove(connection);
    this.#draining.add(connection);
    if (connection.connected) connection.session.drain();
    else connection.session.destroy();
  }

  #remove(connection: Connection): void {
    this.#connections = this.#connections.filter((other) => other !== connection);
  }

  #openStreams(): number {
    return this.#connections.reduce((sum, { session }) => sum + session.openStreams, 0);
  }
}

function connectionOf(channel: Channel, settings: ChannelSettings): Connection {
  return new Connection(channel.address, settings, channel);
}

/** The error of calls on a transport that was closed. */
export function closedError(name: string): KratosError {
  return errorClientClosed("", `the client transport to ${name} was closed`);
}

function textOf(error: unknown): string {
  // Several addresses of one host were tried.
  if (error instanceof AggregateError) return error.errors.map(textOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
