import type { Context } from "./context.ts";

interface AsyncStore<T> {
  getStore(): T | undefined;
  run<A extends unknown[], R>(value: T, fn: (...args: A) => R, ...args: A): R;
}

// Looked up late and without an import, so that this file also loads in browsers, which have no async context yet.
const store: AsyncStore<Context> | undefined = createStore();

function createStore(): AsyncStore<Context> | undefined {
  type Host = { process?: { getBuiltinModule?(id: string): { AsyncLocalStorage: new () => AsyncStore<Context> } } };
  const hooks = (globalThis as Host).process?.getBuiltinModule?.("node:async_hooks");
  return hooks === undefined ? undefined : new hooks.AsyncLocalStorage();
}

/**
 * The context of the call that this code runs in, however deep below the handler; undefined outside of calls, and in
 * runtimes without async context (browsers). Client calls inherit deadline, cancellation and values from it.
 */
export function currentContext(): Context | undefined {
  return store?.getStore();
}

/** Runs `fn(...args)` so that `currentContext()` is `ctx` in it and in all that it starts. */
export function runInContext<A extends unknown[], R>(ctx: Context, fn: (...args: A) => R, ...args: A): R {
  // Most calls pass the context on unchanged, and asking is cheaper than entering.
  if (store === undefined || store.getStore() === ctx) return fn(...args);
  return store.run(ctx, fn, ...args);
}
