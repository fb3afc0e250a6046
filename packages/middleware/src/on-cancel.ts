import { CallContext, type CancelListener, type Context } from "@kratos-ts/core";

const nothing = (): void => {};

/**
 * Calls `listener` when the call is cancelled, at once when it was already, and gives what takes it off again. Asks the
 * call itself where it can, since a context makes its signal, which is dear, only when somebody reads it.
 */
export function onCancel(ctx: Context, listener: CancelListener): () => void {
  const { call } = ctx as { call?: unknown };
  if (call instanceof CallContext) {
    call.onCancel(listener);
    return () => call.offCancel(listener);
  }
  // Of another copy of core, or a test's.
  const signal: AbortSignal | undefined = ctx.signal;
  if (signal === undefined) return nothing;
  const onAbort = (): void => listener(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
