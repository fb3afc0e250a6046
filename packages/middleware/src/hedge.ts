import { type CallContext, type Context, errorClientClosed, type Handler, type Transporter } from "@kratos-ts/core";
import { limited, ranOut } from "./limited-call.ts";
import { onCancel } from "./on-cancel.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** Makes unary calls again beside the first while that does not answer (hedging, gRFC A6). */
export function hedge(next: Handler, policy: RetryPolicy): Handler {
  return (req, ctx) => {
    policy.begin();
    return new Promise((resolve, reject) => {
      new HedgedCall({ next: async (call) => next(req, call), policy, ctx, resolve, reject }).start();
    });
  };
}

interface HedgedCallInit {
  readonly policy: RetryPolicy;
  readonly ctx: Context;
  next(call: CallContext): Promise<unknown>;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

class HedgedCall {
  readonly #init: HedgedCallInit;
  readonly #running = new Set<CallContext>();
  readonly #unfollow: (() => void) | undefined;
  #attempts = 0;
  #cancelTimer: (() => void) | undefined;
  #error: unknown;
  #over = false;

  constructor(init: HedgedCallInit) {
    this.#init = init;
    this.#unfollow = onCancel(init.ctx, (reason) => this.#fail(reason));
  }

  start(): void {
    if (this.#over) return;
    const { next, policy, ctx } = this.#init;
    this.#attempts++;
    const call = limited(ctx, policy.attemptTimeoutMs > 0 ? policy.attemptTimeoutMs : undefined);
    this.#running.add(call);
    this.#startLater(policy.hedgeAfterMs);
    call.onCancel((reason) => this.#failed(reason, call));
    next(call).then(
      (reply) => this.#succeeded(reply, call),
      (thrown) => this.#failed(thrown, call),
    );
  }

  #startLater(ms: number): void {
    const { policy } = this.#init;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#attempts >= policy.attempts) return;
    this.#cancelTimer = policy.timer(() => {
      this.#cancelTimer = undefined;
      if (policy.spend()) this.start();
      else if (this.#running.size === 0) this.#fail(this.#error);
    }, ms);
  }

  #failed(thrown: unknown, call: CallContext): void {
    if (this.#over || !this.#running.delete(call)) return;
    const { policy, ctx } = this.#init;
    const failed = { attempt: this.#attempts, timedOut: ranOut(call), ctx };
    call.end();
    this.#error = thrown;
    if (!policy.isRetryable(thrown, failed)) {
      this.#fail(thrown);
      return;
    }
    const delayMs = policy.delay(thrown, failed);
    if (delayMs !== undefined) this.#startLater(delayMs);
    else {
      this.#cancelTimer?.();
      if (this.#running.size === 0) this.#fail(thrown);
    }
  }

  #succeeded(reply: unknown, call: CallContext): void {
    if (this.#over) return;
    this.#running.delete(call);
    call.end();
    const { transport } = this.#init.ctx;
    const kept = transport === undefined ? undefined : keepReply(transport);
    this.#end();
    kept?.();
    this.#init.resolve(reply);
  }

  #fail(error: unknown): void {
    this.#end();
    this.#init.reject(error);
  }

  #end(): void {
    this.#over = true;
    this.#cancelTimer?.();
    this.#unfollow?.();
    for (const call of this.#running) call.cancel(errorClientClosed("", "another attempt has ended the call"));
    this.#running.clear();
  }
}

/** Gives what puts the reply's headers back: the attempts share a transport, where those that end later leave theirs. */
function keepReply(transport: Transporter): () => void {
  const header = [...transport.replyHeader.flat()];
  const trailer = [...transport.replyTrailer.flat()];
  return () => {
    transport.replyHeader.flat().splice(0, Number.POSITIVE_INFINITY, ...header);
    transport.replyTrailer.flat().splice(0, Number.POSITIVE_INFINITY, ...trailer);
  };
}
