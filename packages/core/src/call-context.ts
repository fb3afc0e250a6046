import type { DescMethod } from "@bufbuild/protobuf";
import { BaseContext } from "./base-context.ts";
import { now } from "./clock.ts";
import type { Context, MutableContextValues } from "./context.ts";
import type { ContextKey } from "./context-key.ts";
import { type Expiring, unwatchDeadline, watchDeadline } from "./deadline-sweep.ts";
import { errorClientClosed, errorGatewayTimeout } from "./named-errors.ts";
import { reportUncaught } from "./report-error.ts";
import type { Transporter } from "./transporter.ts";

export interface CallContextOptions {
  /** Whose values, deadline and cancellation the call inherits. Default: none. */
  parent?: Context | undefined;
  /** Another source of cancellation, besides the parent. Default: none. */
  signal?: AbortSignal | undefined;
  /** The call's own limit in ms from now; the parent's deadline wins when it is earlier. Default: no limit. */
  timeoutMs?: number | undefined;
  transport?: Transporter | undefined;
  method?: DescMethod | undefined;
}

/** Is told, once, why a call was cancelled. */
export type CancelListener = (reason: unknown) => void;

/**
 * The context of one call, for transports to make: they `cancel` it when the caller is gone, and `end` it when the
 * call is over. The signal, and all that hangs on it, is made only when somebody reads it.
 */
export class CallContext extends BaseContext {
  readonly call: CallContext = this;
  readonly transporter: Transporter | undefined;
  readonly descriptor: DescMethod | undefined;
  readonly expiresAt: number | undefined;
  before: Expiring | undefined = undefined;
  after: Expiring | undefined = undefined;
  readonly #parent: Context | undefined;
  #unfollow: Array<() => void> | undefined;
  #controller: AbortController | undefined;
  #listeners: Set<CancelListener> | undefined;
  #values: Map<symbol, unknown> | undefined;
  #reason: unknown;
  #cancelled = false;
  #over = false;

  constructor(options: CallContextOptions) {
    super();
    const { parent, signal, timeoutMs } = options;
    this.transporter = options.transport;
    this.descriptor = options.method;
    this.#parent = parent;
    this.expiresAt = earlier(parent?.deadline, timeoutMs);
    // An inherited deadline too: the parent's watch ends with the parent, and this call may go on.
    watchDeadline(this);
    if (parent !== undefined) this.#follow(parent);
    if (signal !== undefined) this.#follow(signal);
  }

  /** Whether the call was cancelled or its deadline has passed. */
  get cancelled(): boolean {
    return this.#cancelled;
  }
  /** Why, once it was cancelled. */
  get reason(): unknown {
    return this.#reason;
  }

  get<T>(key: ContextKey<T>): T {
    if (this.#values?.has(key.id)) return this.#values.get(key.id) as T;
    return this.#parent === undefined ? key.defaultValue : this.#parent.get(key);
  }

  /** Cancels the call, once; after `end` it does nothing. Default reason: 499 "context canceled". */
  cancel(reason: unknown = errorClientClosed("", "context canceled")): void {
    if (this.#over) return;
    this.#cancelled = true;
    this.#reason = reason;
    this.end();
    this.#controller?.abort(reason);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners !== undefined) for (const listener of listeners) tell(listener, reason);
  }

  /** The deadline has passed: cancels with 504 "context deadline exceeded". */
  expire(): void {
    this.cancel(errorGatewayTimeout("", "context deadline exceeded"));
  }

  /** The call is over: nothing cancels it any more, and nothing refers to it. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.expiresAt !== undefined) unwatchDeadline(this);
    if (this.#unfollow !== undefined) for (const unfollow of this.#unfollow) unfollow();
    this.#unfollow = undefined;
  }

  /** Calls `listener` when the call is cancelled, at once when it was already: a cheap `signal.addEventListener`. */
  onCancel(listener: CancelListener): void {
    if (this.#cancelled) listener(this.#reason);
    else {
      this.#listeners ??= new Set();
      this.#listeners.add(listener);
    }
  }

  offCancel(listener: CancelListener): void {
    this.#listeners?.delete(listener);
  }

  abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelled) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  mutableValues(seen: Context): MutableContextValues {
    this.#values ??= new Map();
    const values = this.#values;
    return {
      get: (key) => (values.has(key.id) ? (values.get(key.id) as never) : seen.get(key)),
      set(key, value) {
        values.set(key.id, value);
        return this;
      },
      delete(key) {
        values.delete(key.id);
        return this;
      },
    };
  }

  #follow(source: Context | AbortSignal): void {
    if (this.#over) return;
    const unfollow = onCancelOf(source, (reason) => this.cancel(reason));
    this.#unfollow ??= [];
    this.#unfollow.push(unfollow);
    // A source that was cancelled already has ended us by now.
    if (this.#over) unfollow();
  }
}

function tell(listener: CancelListener, reason: unknown): void {
  try {
    listener(reason);
  } catch (error) {
    reportUncaught(error);
  }
}

function earlier(deadline: number | undefined, timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined) return deadline;
  const own = now() + timeoutMs;
  return deadline === undefined || own < deadline ? own : deadline;
}

function onCancelOf(source: Context | AbortSignal, listener: CancelListener): () => void {
  if (source instanceof BaseContext) {
    const { call } = source;
    call.onCancel(listener);
    return () => call.offCancel(listener);
  }
  // A context of another kind, or of another copy of this package, tells by its signal.
  const signal = "aborted" in source ? source : source.signal;
  if (signal.aborted) listener(signal.reason);
  const onAbort = (): void => listener(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
