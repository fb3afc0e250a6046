/** One piece of configuration as its source holds it. */
export interface ConfigKeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  /** `json`, `yaml`, … decodes the value to a tree; undefined: `key` is a dotted path and the value a string. */
  readonly format?: string | undefined;
}

export interface ConfigCallOptions {
  /** Gives up, or ends the watch, when it aborts. Default: never. */
  signal?: AbortSignal | undefined;
}

/** Where configuration comes from. */
export interface ConfigSource {
  /** Names the source in errors, such as `etcd /configs/app`. */
  readonly name: string;
  load(options?: ConfigCallOptions): Promise<readonly ConfigKeyValue[]>;
  /** Yields all key-values after each change, until the signal aborts or the reader stops. Sources that never change leave it out. */
  watch?(options?: ConfigCallOptions): AsyncIterable<readonly ConfigKeyValue[]>;
}
