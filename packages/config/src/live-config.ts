import type { Config, ConfigChange, ConfigListener, ConfigWatchOptions } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { toBoolean, toFloat, toInt, toText } from "./convert.ts";
import type { Snapshot } from "./snapshot.ts";
import { type ConfigTree, type ConfigValue, share } from "./tree.ts";

export class LiveConfig<T> implements Config<T> {
  #snapshot: Snapshot<T>;
  readonly #listeners = new Map<string, Set<ConfigListener<T>>>();
  readonly #errorListeners = new Set<(error: ConfigError) => void>();
  readonly #closing = new AbortController();
  // Resolved and replaced with each change.
  #changed = Promise.withResolvers<void>();
  #ended: Promise<unknown> = Promise.resolve();

  constructor(snapshot: Snapshot<T>) {
    this.#snapshot = snapshot;
  }

  get data(): T {
    return this.#snapshot.data;
  }

  get tree(): ConfigTree {
    return this.#snapshot.tree;
  }

  value(path: string): ConfigValue | undefined {
    return this.#snapshot.values.get(path);
  }

  string(path: string): string | undefined {
    return this.#as(path, "text", toText);
  }

  int(path: string): number | bigint | undefined {
    return this.#as(path, "an integer", toInt);
  }

  float(path: string): number | undefined {
    return this.#as(path, "a number", toFloat);
  }

  boolean(path: string): boolean | undefined {
    return this.#as(path, "a boolean", toBoolean);
  }

  #as<V>(path: string, expected: string, convert: (value: ConfigValue) => V | undefined): V | undefined {
    const value = this.value(path);
    if (value === undefined) return undefined;
    const converted = convert(value);
    if (converted !== undefined) return converted;
    const got = typeof value === "string" ? JSON.stringify(value) : Array.isArray(value) ? "a list" : typeof value;
    throw new ConfigError([{ message: `config value ${JSON.stringify(path)}: expected ${expected}, got ${got}` }]);
  }

  observe(path: string, listener: ConfigListener<T>): () => void {
    // A function of its own: the same listener may observe a path twice.
    const own: ConfigListener<T> = (change) => listener(change);
    const listeners = this.#listeners.get(path) ?? new Set();
    if (!this.#closing.signal.aborted) this.#listeners.set(path, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(path) === listeners) this.#listeners.delete(path);
    };
  }

  watch(path: string, { signal }: ConfigWatchOptions = {}): AsyncIterable<ConfigChange<T>> {
    const seen = this.value(path);
    return { [Symbol.asyncIterator]: () => this.#changes(path, seen, signal) };
  }

  async *#changes(path: string, first: ConfigValue | undefined, signal?: AbortSignal): AsyncGenerator<ConfigChange<T>> {
    const ends = signal === undefined ? this.signal : AbortSignal.any([signal, this.signal]);
    let seen = first;
    while (!ends.aborted) {
      const changed = this.#changed.promise;
      const value = this.value(path);
      // Equal parts are shared from one snapshot to the next, but this reader may have slept through several.
      if (share(seen, value) === seen) await settledOrAborted(changed, ends);
      else {
        const previous = seen;
        seen = value;
        yield { path, value, previous, data: this.data };
      }
    }
  }

  observeErrors(listener: (error: ConfigError) => void): () => void {
    const own = (error: ConfigError) => listener(error);
    if (!this.#closing.signal.aborted) this.#errorListeners.add(own);
    return () => this.#errorListeners.delete(own);
  }

  /** Aborts when the configuration is closed. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** What `close` is to wait for. */
  endWith(ended: Promise<unknown>): void {
    this.#ended = ended;
  }

  /** Replaces everything, then tells those who observe what differs. */
  replace(snapshot: Snapshot<T>): void {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    for (const [path, listeners] of [...this.#listeners]) {
      const [previous, value] = [before.values.get(path), snapshot.values.get(path)];
      if (Object.is(previous, value)) continue;
      for (const listener of [...listeners]) this.#tell(listener, { path, value, previous, data: snapshot.data });
    }
  }

  #tell(listener: ConfigListener<T>, change: ConfigChange<T>): void {
    try {
      listener(change);
    } catch (cause) {
      const message = `an observer of ${JSON.stringify(change.path)} failed: ${String(cause)}`;
      this.fail(new ConfigError([{ message }], { cause }));
    }
  }

  /** Tells that a change was refused. */
  fail(error: ConfigError): void {
    for (const listener of [...this.#errorListeners]) {
      try {
        listener(error);
      } catch {
        // There is nobody left to tell, and the configuration goes on.
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#listeners.clear();
    this.#errorListeners.clear();
    // A source that does not heed its signal is not waited for any longer.
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, 1000);
    await Promise.race([this.#ended, late.promise]);
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Waits for either; leaves no listener behind. */
async function settledOrAborted(settled: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  await Promise.race([settled, aborted.promise]);
  signal.removeEventListener("abort", onAbort);
}
