import type { ConfigError } from "./config-error.ts";
import type { ConfigTree, ConfigValue } from "./tree.ts";

/** A value that became another one. */
export interface ConfigChange<T = unknown> {
  readonly path: string;
  /** The value now; undefined when it is gone. */
  readonly value: ConfigValue | undefined;
  /** The value before; undefined when there was none. */
  readonly previous: ConfigValue | undefined;
  /** The whole configuration that it belongs to. */
  readonly data: T;
}

export type ConfigListener<T = unknown> = (change: ConfigChange<T>) => void;

export interface ConfigWatchOptions {
  /** Ends the watch when it aborts. Default: when the configuration is closed. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A configuration that follows its sources. What it hands out is frozen and of one moment: a change replaces all of it
 * at once, or nothing. Paths are dotted and case-sensitive, without list indexes; "" is the whole tree. `null` counts as
 * missing.
 */
export interface Config<T> extends AsyncDisposable {
  /** What the schema made of the sources; the merged tree without a schema. */
  readonly data: T;
  /** All sources merged and placeholders filled, before the schema. */
  readonly tree: ConfigTree;
  /** The value at a path of the tree; undefined where there is none. */
  value(path: string): ConfigValue | undefined;
  /** The value as text, as the rest of these: undefined where there is none, a ConfigError where it is no such thing. */
  string(path: string): string | undefined;
  /** The value as integer: a number without what is behind its point, or a decimal text. */
  int(path: string): number | bigint | undefined;
  float(path: string): number | undefined;
  /** The value as boolean: also 1, 0, and the texts `true`, `t`, `1`, `false`, `f`, `0`. */
  boolean(path: string): boolean | undefined;
  /** Calls the listener after each change of that value, which need not exist yet. Returns how to stop it. */
  observe(path: string, listener: ConfigListener<T>): () => void;
  /** The changes of that value from now on. A reader that is slow gets the newest, not each. */
  watch(path: string, options?: ConfigWatchOptions): AsyncIterable<ConfigChange<T>>;
  /** Calls the listener when a change was refused or a source failed. Returns how to stop it. */
  observeErrors(listener: (error: ConfigError) => void): () => void;
  /** Ends all watching. Values can still be read. */
  close(): Promise<void>;
}
