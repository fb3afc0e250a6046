import { CallContext, type Context } from "@kratos-ts/core";

/** Calls `cancelled` when the context is, at once when it was already; gives what ends that. */
export function followContext(context: Context, cancelled: (reason: unknown) => void): () => void {
  const { call } = context as { call?: unknown };
  if (call instanceof CallContext) {
    call.onCancel(cancelled);
    return () => call.offCancel(cancelled);
  }
  // A middleware went on with a context of another kind.
  const { signal } = context;
  const onAbort = (): void => cancelled(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
