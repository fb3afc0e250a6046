import { CallContext, type Context } from "@kratos-ts/core";

/**
 * Calls `listener` with the reason when the call is cancelled, at once when it was already; gives what takes it off. The
 * call itself is asked where it can be, since a signal is dear to make.
 */
export function onCancel(ctx: Context, listener: (reason: unknown) => void): () => void {
  const { call } = ctx as { call?: unknown };
  if (call instanceof CallContext) {
    call.onCancel(listener);
    return () => call.offCancel(listener);
  }
  const { signal } = ctx;
  const aborted = (): void => listener(signal.reason);
  if (signal.aborted) aborted();
  else signal.addEventListener("abort", aborted, { once: true });
  return () => signal.removeEventListener("abort", aborted);
}
