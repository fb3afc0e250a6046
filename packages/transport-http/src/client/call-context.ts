import type { ContextValues } from "@connectrpc/connect";
import { CallContext, type CallContextOptions, type ContextKey } from "@kratos-ts/core";
import type { Exchange } from "./exchange.ts";

/** The context of a client call: cancelling it aborts what of the call is on the wire. */
export class ClientContext extends CallContext {
  // No initial values here: the parent's constructor can cancel the call already.
  readonly #contextValues: ContextValues | undefined;
  #running: Exchange | undefined;

  constructor(options: CallContextOptions, contextValues: ContextValues | undefined) {
    super(options);
    this.#contextValues = contextValues;
  }

  /** What the call's `contextValues` say is nearer than what the call inherits. */
  override get<T>(key: ContextKey<T>): T {
    const given = this.#contextValues?.get(key);
    return given === undefined || given === key.defaultValue ? super.get(key) : given;
  }

  /** Aborts the exchange when the call is cancelled, at once when it was already. */
  watch(exchange: Exchange): void {
    if (this.cancelled) exchange.abort(this.reason);
    exchange.next = this.#running;
    this.#running = exchange;
  }

  override cancel(reason?: unknown): void {
    super.cancel(reason);
    if (!(this.cancelled && #running in this)) return;
    // A middleware may have sent the request more than once.
    for (let exchange = this.#running; exchange !== undefined; exchange = exchange.next) exchange.abort(this.reason);
    this.#running = undefined;
  }
}
