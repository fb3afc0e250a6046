import type { Discovery, ServiceInstance } from "@kratos-ts/core";

interface Follower {
  readonly signal: AbortSignal;
  readonly backoff: { readonly initialMs: number; readonly maxMs: number };
  onList(instances: readonly ServiceInstance[]): void;
  onFailure(error: unknown): void;
}

/** Watches a service until the signal aborts, and again after a while when the watch fails. Never throws. */
export async function followService(discovery: Discovery, name: string, follower: Follower): Promise<void> {
  const { signal, backoff } = follower;
  let failures = 0;
  while (!signal.aborted) {
    try {
      for await (const instances of discovery.watch(name, { signal })) {
        if (signal.aborted) return;
        failures = 0;
        follower.onList(instances);
      }
      if (!signal.aborted) throw new Error(`the watch of ${name} ended`);
    } catch (error) {
      if (signal.aborted) return;
      follower.onFailure(error);
      await pause(Math.min(backoff.maxMs, backoff.initialMs * 2 ** failures++), signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms).unref();
  const onAbort = () => {
    clearTimeout(timer);
    resolve();
  };
  signal.addEventListener("abort", onAbort);
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}
