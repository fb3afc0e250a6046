/**
 * Reports an error as uncaught, for loops over callbacks: one that throws is a bug to hear of, and must not keep the
 * others from being called.
 */
export function reportUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
