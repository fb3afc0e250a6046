import { AsyncLocalStorage } from "node:async_hooks";
import { Connection, type ConnectionOwner } from "./connection.ts";
import type { Place } from "./place.ts";
import { letGo, stayAlive } from "./stay-alive.ts";
import { WireError } from "./wire-error.ts";
import type { WireRequest } from "./wire-request.ts";

export interface PoolOptions {
  readonly place: Place;
  /** The most connections at a time. */
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  /** How long a connection may be idle, unless the server allows less. */
  readonly idleTimeoutMs: number;
  readonly maxHeadBytes: number;
}

// A server that keeps connections for so long closes them a little later than it says, seen from here a little earlier.
const hintMarginMs = 1000;

/** The connections to one server, and the requests that wait for one. */
export class Pool implements ConnectionOwner {
  session: Buffer | undefined = undefined;
  readonly #options: PoolOptions;
  readonly #all = new Set<Connection>();
  /** The one that was used last is last. */
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<WireRequest>();
  // Sockets live longer than the calls that they are opened in, and must not hold on to what surrounds these.
  readonly #outside = AsyncLocalStorage.snapshot();
  #pending = 0;
  #sweep: ReturnType<typeof setTimeout> | undefined = undefined;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get place(): Place {
    return this.#options.place;
  }
  get connectTimeoutMs(): number {
    return this.#options.connectTimeoutMs;
  }
  get maxHeadBytes(): number {
    return this.#options.maxHeadBytes;
  }
  /** The requests that have no end yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Sends a request as soon as there is a connection. How many may wait is the caller's to say: see `pending`. */
  send(request: WireRequest): void {
    if (this.#isClosed) {
      request.onFailure(closedError(), "never");
      return;
    }
    if (this.#pending++ === 0) stayAlive();
    const connection = request.isRepeated ? undefined : this.#takeIdle();
    if (connection !== undefined) connection.send(request);
    else {
      this.#waiting.add(request);
      // An idle one is left when the request is one that must not take it.
      if (this.#all.size >= this.#options.maxConnections) this.#idle[0]?.close();
      else this.#connectNext();
    }
  }

  /** Gives up a request that has been sent; it hears nothing more. */
  abort(request: WireRequest): void {
    if (this.#waiting.delete(request)) this.onDone();
    else request.connection?.close();
  }

  /** Fails everything, now and from now on. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#sweep);
    this.#idle.length = 0;
    const error = closedError();
    for (const connection of this.#all) connection.fail(error);
    for (const request of this.#waiting) this.#failWaiting(request, error);
  }

  onOpen(connection: Connection): void {
    const first = firstOf(this.#waiting);
    const { wantedBy } = connection;
    connection.wantedBy = undefined;
    // Whoever waits longest gets it; whom it was made for gets what was being made for that one.
    if (first !== undefined && wantedBy !== undefined && first !== wantedBy) this.#swap(wantedBy, first.attempt);
    this.onFree(connection);
  }

  onFree(connection: Connection): void {
    const first = firstOf(this.#waiting);
    if (first === undefined) this.#keep(connection);
    else {
      this.#waiting.delete(first);
      connection.send(first);
    }
  }

  #swap(request: WireRequest, attempt: Connection | undefined): void {
    request.attempt = attempt;
    if (attempt !== undefined) attempt.wantedBy = request;
  }

  #keep(connection: Connection): void {
    const { idleTimeoutMs } = this.#options;
    const { keptForMs } = connection;
    const ms = keptForMs === undefined ? idleTimeoutMs : Math.min(idleTimeoutMs, keptForMs - hintMarginMs);
    if (ms <= 0) {
      connection.close();
      return;
    }
    connection.idleUntil = performance.now() + ms;
    this.#idle.push(connection);
    if (this.#sweep === undefined) this.#sweepIn(ms);
  }

  onDone(): void {
    if (--this.#pending === 0) letGo();
  }

  onGone(connection: Connection, error: Error | undefined): void {
    this.#all.delete(connection);
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
    const { wantedBy } = connection;
    if (error !== undefined && wantedBy !== undefined && this.#waiting.has(wantedBy))
      this.#failWaiting(wantedBy, error);
    this.#connectNext();
  }

  #failWaiting(request: WireRequest, error: Error): void {
    this.#waiting.delete(request);
    this.onDone();
    request.onFailure(error, "never");
  }

  #takeIdle(): Connection | undefined {
    while (true) {
      const connection = this.#idle.pop();
      if (connection === undefined) return undefined;
      if (connection.idleUntil > performance.now()) return connection;
      connection.close();
    }
  }

  /** There is room for a connection: the first that waits without an attempt of its own gets one. */
  #connectNext(): void {
    if (this.#isClosed || this.#all.size >= this.#options.maxConnections) return;
    // Those with an attempt are no more than there may be connections.
    for (const request of this.#waiting) {
      if (request.attempt !== undefined) continue;
      const attempt = this.#outside(() => new Connection(this, request));
      request.attempt = attempt;
      this.#all.add(attempt);
      return;
    }
  }

  #sweepIn(ms: number): void {
    this.#sweep = this.#outside(() => setTimeout(() => this.#closeExpired(), Math.max(ms, 100)));
    this.#sweep.unref();
  }

  #closeExpired(): void {
    this.#sweep = undefined;
    const time = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const connection of [...this.#idle]) {
      if (connection.idleUntil <= time) connection.close();
      else next = Math.min(next, connection.idleUntil - time);
    }
    if (this.#idle.length > 0 && this.#sweep === undefined) this.#sweepIn(next);
  }
}

function firstOf<T>(items: Set<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}

function closedError(): WireError {
  return new WireError("POOL_CLOSED", "the transport was closed");
}
