import type { Context } from "@kratos-ts/core";
import { ResetCode, type ServerSession, type SessionHandler } from "../http2/carrier.ts";
import type { Keepalive } from "./options.ts";
import { contextOn } from "./session-context.ts";

// PINGs that come too early; as with other gRPC servers, two are forgiven.
const maxPingStrikes = 2;

// A client may measure the line with a PING for each DATA frame that it gets (grpc-go does), however small its window
// makes them; more than these are not kept account of.
const leastFrameBytes = 1024;
const maxPingCredit = 65_536;

/** Hears of the end of the sessions that it keeps. */
export interface SessionOwner {
  /** What the server was started with. */
  readonly context: Context | undefined;
  sessionClosed(kept: KeptSession, cause: unknown): void;
}

/** Watches one connection: sends PINGs, limits those of the client, and ends it for age or idleness. */
export class KeptSession implements SessionHandler {
  readonly session: ServerSession;
  /** The parent of each call's context. */
  readonly context: Context | undefined;
  readonly #owner: SessionOwner;
  readonly #keepalive: Keepalive;
  readonly #timers: NodeJS.Timeout[] = [];
  #pongTimer: NodeJS.Timeout | undefined;
  #activity = 0;
  #activityAtLook = 0;
  #activityAtIdleLook = 0;
  #activityAtPing = 0;
  #quietLooks = 0;
  #pingedAt = Number.NEGATIVE_INFINITY;
  #strikes = 0;
  #pingCredit = 0;

  constructor(session: ServerSession, owner: SessionOwner, keepalive: Keepalive) {
    this.session = session;
    this.context = contextOn(session.socket, owner.context);
    this.#owner = owner;
    this.#keepalive = keepalive;
    this.#every(keepalive.intervalMs, () => this.#pingWhenQuiet());
    this.#every(keepalive.maxConnectionIdleMs / 2, () => this.#drainWhenIdle());
    // Spread, so that connections that were made at once do not end at once.
    this.#every(keepalive.maxConnectionAgeMs * (0.9 + Math.random() / 5), () => this.#drainForAge());
  }

  /** A call began, or something was sent. */
  active(): void {
    this.#activity++;
  }

  /** So many bytes of messages are on their way, in who knows how many frames. */
  sent(bytes: number): void {
    this.#activity++;
    this.#pingCredit = Math.min(this.#pingCredit + Math.ceil(bytes / leastFrameBytes), maxPingCredit);
  }

  onPong(): void {
    clearTimeout(this.#pongTimer);
    this.#pongTimer = undefined;
  }

  onPing(): void {
    const time = performance.now();
    const early = time - this.#pingedAt < this.#keepalive.minClientPingIntervalMs;
    this.#pingedAt = time;
    if (this.#activity !== this.#activityAtPing) this.#strikes = 0;
    else if (this.#pingCredit > 0) this.#pingCredit--;
    else if (early) this.#strikes++;
    this.#activityAtPing = this.#activity;
    if (this.#strikes > maxPingStrikes) this.#calm();
  }

  onClose(cause: unknown): void {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#pongTimer);
    this.#owner.sessionClosed(this, cause);
  }

  #every(ms: number, look: () => void): void {
    if (ms > 0) this.#timers.push(setInterval(look, ms).unref());
  }

  #pingWhenQuiet(): void {
    const quiet = this.#activity === this.#activityAtLook;
    this.#activityAtLook = this.#activity;
    if (!quiet || this.#pongTimer !== undefined || !this.session.ping()) return;
    const { timeoutMs } = this.#keepalive;
    if (timeoutMs === 0) return;
    const cause = new Error(`the peer did not answer a keepalive PING within ${timeoutMs} ms`);
    this.#pongTimer = setTimeout(() => this.session.destroy(cause), timeoutMs).unref();
  }

  #drainWhenIdle(): void {
    const quiet = this.#activity === this.#activityAtIdleLook && this.session.openStreams === 0;
    this.#activityAtIdleLook = this.#activity;
    this.#quietLooks = quiet ? this.#quietLooks + 1 : 0;
    if (this.#quietLooks > 1) this.session.drain();
  }

  #drainForAge(): void {
    this.session.drain();
    const { maxConnectionAgeGraceMs: grace } = this.#keepalive;
    this.#every(grace, () => this.session.destroy(new Error("the connection has outlived maxConnectionAgeGraceMs")));
  }

  #calm(): void {
    // The text that other gRPC implementations send and look for.
    this.session.goaway(ResetCode.ENHANCE_YOUR_CALM, "too_many_pings");
    this.session.destroy(new Error("the peer sent PINGs more often than minClientPingIntervalMs allows"));
  }
}
