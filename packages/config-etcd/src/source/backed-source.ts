import type { ConfigCallOptions, ConfigKeyValue, ConfigSource, Logger } from "@kratos-ts/core";
import { Feed } from "./feed.ts";

/** The store behind a source. Each call throws what went wrong, or its signal's reason. */
export interface SourceBackend {
  /** Names it in errors, such as `etcd /configs`. */
  readonly name: string;
  load(signal: AbortSignal): Promise<readonly ConfigKeyValue[]>;
  /** Yields all key-values now and after each change, and throws when it can't go on. */
  follow(signal: AbortSignal): AsyncIterable<readonly ConfigKeyValue[]>;
  close(): void;
}

// Between two attempts to watch again, in ms: short, since the first thing wanted after an outage is the configuration.
const maxBackoffMs = 3000;

/** A source of what a server stores: keeps its watches going through the server's outages. */
export class BackedSource implements ConfigSource, AsyncDisposable {
  readonly name: string;
  readonly #backend: SourceBackend;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  // A watch begins where the load before it ended.
  #loaded: string | undefined;

  constructor(backend: SourceBackend, logger: Logger) {
    this.name = backend.name;
    this.#backend = backend;
    this.#logger = logger;
  }

  async load({ signal }: ConfigCallOptions = {}): Promise<readonly ConfigKeyValue[]> {
    const closing = this.#closing.signal;
    const both = signal === undefined ? closing : AbortSignal.any([closing, signal]);
    both.throwIfAborted();
    const keyValues = await this.#backend.load(both);
    this.#loaded = textOf(keyValues);
    return keyValues;
  }

  async *watch({ signal }: ConfigCallOptions = {}): AsyncGenerator<readonly ConfigKeyValue[]> {
    if (signal?.aborted) return;
    this.#closing.signal.throwIfAborted();
    const feed = this.#feed();
    const onClose = () => feed.close();
    this.#closing.signal.addEventListener("abort", onClose);
    let seen = this.#loaded;
    try {
      for await (const keyValues of feed.read(signal)) {
        const text = textOf(keyValues);
        // What it is when nothing was loaded before is no change.
        const isChange = seen !== undefined && text !== seen;
        seen = text;
        if (isChange) yield keyValues;
      }
    } finally {
      this.#closing.signal.removeEventListener("abort", onClose);
      feed.close();
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new Error(`${this.name}: the source is closed`));
    this.#backend.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #feed(): Feed<readonly ConfigKeyValue[]> {
    const fields = { source: this.name };
    return new Feed<readonly ConfigKeyValue[]>({
      follow: (signal) => this.#backend.follow(signal),
      textOf,
      maxBackoffMs,
      onFailure: (error) => this.#logger.warn("the watch failed, trying again", { ...fields, error }),
      onRecovery: () => this.#logger.info("the watch goes on", fields),
    });
  }
}

function textOf(keyValues: readonly ConfigKeyValue[]): string {
  return JSON.stringify(keyValues.map(({ key, value }) => [key, Buffer.from(value).toString("base64")]));
}
