import type { HandlerContext } from "@connectrpc/connect";
import { CallContext, type Context, createContextKey, errorServiceUnavailable, KratosError } from "@kratos-ts/core";
import { IdleTimer } from "../../idle-timer.ts";
import type { CallHost, OpenStream } from "../call.ts";
import type { Route } from "../route.ts";
import { refusalOf } from "./connect-error.ts";
import { UntilCancelled } from "./until-cancelled.ts";
import { type WebRequest, WebTransporter } from "./web-transporter.ts";

/** The call that a request has become, for Connect to hand on. */
export const webCallKey = createContextKey<WebCall | undefined>(undefined, { description: "call" });

export interface WebCallInit {
  readonly host: CallHost;
  readonly route: Route;
  readonly request: WebRequest;
  /** The parent of its context. */
  readonly context: Context | undefined;
  /** The server's own limit in ms for unary calls; undefined for none. */
  readonly timeoutMs: number | undefined;
}

/**
 * A call over gRPC-Web or Connect: its context, and its end. Connect reads the request and writes the reply; when the
 * context is cancelled, whatever it waits for fails at once, so that it answers why.
 */
export class WebCall implements OpenStream {
  readonly route: Route;
  readonly transporter: WebTransporter;
  readonly #init: WebCallInit;
  // Each for what is waited for in one place at a time.
  readonly #reading = new UntilCancelled();
  readonly replying: UntilCancelled = new UntilCancelled();
  readonly #idle: IdleTimer;
  #ctx: CallContext | undefined;
  #gone = false;
  #over = false;

  constructor(init: WebCallInit) {
    this.#init = init;
    this.route = init.route;
    this.transporter = new WebTransporter(init.request, init.host);
    const idleMs = init.route.streams ? init.host.config.streamIdleTimeoutMs : 0;
    this.#idle = new IdleTimer(idleMs, (error) => this.#ctx?.cancel(error));
  }

  get internal(): boolean {
    return this.route.internal;
  }

  /** The context, once the call has begun. */
  get ctx(): CallContext {
    return this.#ctx as CallContext;
  }

  /** The headers are read, and nothing else. */
  begin(handler: HandlerContext): void {
    const { host, timeoutMs, context: parent } = this.#init;
    if (this.#over) throw refusalOf(new KratosError({ code: 499, message: "context canceled" }));
    const asked = handler.timeoutMs();
    const limit = timeoutMs === undefined || (asked !== undefined && asked < timeoutMs) ? asked : timeoutMs;
    const ctx = new CallContext({
      parent,
      timeoutMs: limit,
      transport: this.transporter,
      method: this.route.method,
    });
    this.#ctx = ctx;
    if (this.route.streams) host.streams.add(this);
    ctx.onCancel((reason) => this.#cancelled(KratosError.from(reason)));
    if (this.#gone) ctx.cancel();
  }

  /** The body of the request, until the call is cancelled. */
  body(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    return this.#reading.each(bytes);
  }

  /** A message came, or went. */
  touch(): void {
    this.#idle.touch();
  }

  /** The server stops. */
  cut(): void {
    this.#ctx?.cancel(errorServiceUnavailable("", "the server is stopping"));
  }

  /** The caller is gone. */
  abandon(): void {
    this.#gone = true;
    this.#ctx?.cancel();
  }

  /** The reply is sent, or nobody waits for it. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#idle.stop();
    this.#init.host.streams.delete(this);
    this.#ctx?.end();
  }

  #cancelled(error: KratosError): void {
    const refusal = refusalOf(error);
    this.#reading.cancel(refusal);
    this.replying.cancel(refusal);
  }
}
