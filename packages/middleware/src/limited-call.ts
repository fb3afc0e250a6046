import { CallContext, type Context, isGatewayTimeout } from "@kratos-ts/core";

/** A context like `ctx`, but with a deadline and a cancellation of its own; for who made it to `end`. */
export function limited(ctx: Context, timeoutMs: number | undefined): CallContext {
  return new CallContext({ parent: ctx, timeoutMs, transport: ctx.transport, method: ctx.method });
}

/** Whether it was its deadline, its own or that of the call around it, that has ended it. */
export function ranOut({ cancelled, reason }: CallContext): boolean {
  return cancelled && isGatewayTimeout(reason);
}

/** What the promise gives, or the reason of the call's cancellation where that comes first. */
export function beforeEnd<T>(promise: Promise<T>, call: CallContext): Promise<T> {
  return new Promise((resolve, reject) => {
    call.onCancel(reject);
    promise.then(
      (value) => {
        call.offCancel(reject);
        resolve(value);
      },
      (error) => {
        call.offCancel(reject);
        reject(error);
      },
    );
  });
}
