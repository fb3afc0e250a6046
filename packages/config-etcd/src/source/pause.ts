/** Waits so many ms, or until the signal aborts; keeps no process alive. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms).unref();
  const onAbort = () => {
    clearTimeout(timer);
    resolve();
  };
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}

const firstMs = 100;

/** How long to wait after so many failures in a row (1 and up), in ms: twice as long each time, spread so that not all who lost a server come back at once. */
export function backoffMs(failures: number, maxMs: number): number {
  return Math.min(maxMs, firstMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}
