import type { Discovery, Logger, Registrar, RegistryCallOptions, ServiceInstance } from "@kratos-ts/core";
import type { Held, RegistryBackend } from "./backend.ts";
import { Feed } from "./feed.ts";
import { Registration } from "./registration.ts";

// Between two attempts to watch again, in ms: short, since the first thing wanted after an outage is the list.
const maxBackoffMs = 3000;

/** A registry of what a server stores: keeps registrations and watches going through its outages. */
export class BackedRegistry<H extends Held> implements Registrar, Discovery, AsyncDisposable {
  readonly #backend: RegistryBackend<H>;
  readonly #logger: Logger;
  readonly #registrations = new Map<string, Registration<H>>();
  readonly #feeds = new Map<string, Feed<readonly ServiceInstance[]>>();
  // What happens to one instance happens in its order.
  readonly #turns = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(backend: RegistryBackend<H>, logger: Logger) {
    this.#backend = backend;
    this.#logger = logger;
  }

  async register(instance: ServiceInstance, options: RegistryCallOptions = {}): Promise<void> {
    const signal = this.#signal(options);
    for (const part of ["id", "name"] as const)
      if (!instance[part])
        throw new TypeError(`an instance needs ${part === "id" ? "an id" : "a name"} to be registered`);
    const key = keyOf(instance);
    await this.#inTurn(key, async () => {
      signal.throwIfAborted();
      const registration = this.#registrations.get(key) ?? new Registration(this.#backend, this.#logger);
      await registration.set(instance, signal);
      this.#registrations.set(key, registration);
    });
  }

  async deregister(instance: ServiceInstance, options: RegistryCallOptions = {}): Promise<void> {
    this.#signal(options);
    const key = keyOf(instance);
    await this.#inTurn(key, async () => {
      // Closing waits for it, since it wants the same.
      const signal = options.signal ?? new AbortController().signal;
      signal.throwIfAborted();
      const registration = this.#registrations.get(key);
      this.#registrations.delete(key);
      await registration?.end(signal);
    });
  }

  async getService(name: string, options: RegistryCallOptions = {}): Promise<readonly ServiceInstance[]> {
    return this.#backend.list(name, this.#signal(options));
  }

  async *watch(name: string, options: RegistryCallOptions = {}): AsyncGenerator<readonly ServiceInstance[]> {
    if (options.signal?.aborted) return;
    this.#closing.signal.throwIfAborted();
    const feed = this.#feedOf(name);
    try {
      yield* feed.read(options.signal);
    } finally {
      this.#endUnread(name, feed);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#closing.abort(new Error(`the ${this.#backend.name} registry is closed`));
    for (const feed of this.#feeds.values()) feed.close();
    await Promise.allSettled(this.#turns.values());
    const signal = AbortSignal.timeout(this.#backend.timeoutMs);
    const ending = [...this.#registrations.values()].map((registration) => registration.end(signal));
    for (const ended of await Promise.allSettled(ending))
      if (ended.status === "rejected")
        this.#logger.warn("an instance could not be deregistered: it is gone when its time to live is over", {
          registry: this.#backend.name,
          error: ended.reason,
        });
    this.#backend.close();
  }

  #signal({ signal }: RegistryCallOptions): AbortSignal {
    const both = signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal]);
    both.throwIfAborted();
    return both;
  }

  async #inTurn(key: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => {});
    this.#turns.set(key, settled);
    try {
      await turn;
    } finally {
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    }
  }

  /** All readers of one service share one watch. */
  #feedOf(name: string): Feed<readonly ServiceInstance[]> {
    const known = this.#feeds.get(name);
    if (known !== undefined && !known.failed) return known;
    const fields = { registry: this.#backend.name, service: name };
    const feed = new Feed<readonly ServiceInstance[]>({
      follow: (signal) => this.#backend.follow(name, signal),
      textOf: (list) => JSON.stringify(list),
      maxBackoffMs,
      onFailure: (error) => this.#logger.warn("the watch failed, trying again", { ...fields, error }),
      onRecovery: () => this.#logger.info("the watch goes on", fields),
    });
    this.#feeds.set(name, feed);
    return feed;
  }

  #endUnread(name: string, feed: Feed<readonly ServiceInstance[]>): void {
    if (feed.readers > 0) return;
    if (this.#feeds.get(name) === feed) this.#feeds.delete(name);
    feed.close();
  }
}

function keyOf({ name, id }: ServiceInstance): string {
  return JSON.stringify([name, id]);
}
