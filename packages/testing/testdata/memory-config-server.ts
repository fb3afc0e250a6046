import type { ConfigCallOptions, ConfigKeyValue, ConfigSource } from "@kratos-ts/core";
import type { ConfigSourceOutageSubject } from "../src/index.ts";

/** What a source does wrong when its server is away. */
export interface SourceOutageFaults {
  readonly watchEnds?: boolean;
  readonly yieldsNothingWhenAway?: boolean;
  readonly forgetsWhatChangedMeanwhile?: boolean;
  readonly trustsDeadConnections?: boolean;
  readonly loadHangs?: boolean;
  readonly saysNotWhere?: boolean;
  readonly ignoresSignals?: boolean;
  readonly closesSlowly?: boolean;
}

const [timeoutMs, pollMs] = [60, 2];

/** A server that can be stopped, and a network that can be broken, as far as a source notices: all in memory. */
export function memoryConfigServer(faults: SourceOutageFaults = {}): ConfigSourceOutageSubject {
  const backend = new Backend(faults);
  const source = new PolledSource(backend, faults);
  return {
    source,
    timeoutMs,
    write: async (texts) => backend.write(texts),
    server: {
      kill: async () => backend.set({ up: false }),
      restart: async () => backend.set({ up: true }),
      pause: () => backend.set({ up: false }),
      resume: () => backend.set({ up: true }),
    },
    network: {
      cut: () => backend.set({ broken: true }),
      drop: () => backend.set({ broken: true }),
      strand: () => backend.strand(),
      delay: () => {},
      heal: () => backend.set({ broken: false }),
    },
    [Symbol.asyncDispose]: async () => source.stop(),
  };
}

class Backend {
  readonly #faults: SourceOutageFaults;
  readonly #state = { up: true, broken: false };
  #strandedAt = Number.POSITIVE_INFINITY;
  #texts: Readonly<Record<string, string>> = {};
  /** How often it changed, as far as the source is told. */
  changes = 0;

  constructor(faults: SourceOutageFaults) {
    this.#faults = faults;
  }

  get keyValues(): ConfigKeyValue[] {
    return Object.entries(this.#texts).map(([key, text]) => ({ key, value: new TextEncoder().encode(text) }));
  }

  get isReachable(): boolean {
    const silentMs = performance.now() - this.#strandedAt;
    // As a client does that has heard nothing for a while.
    const stranded = silentMs > 0 && (silentMs < timeoutMs || this.#faults.trustsDeadConnections === true);
    return this.#state.up && !this.#state.broken && !stranded;
  }

  write(texts: Readonly<Record<string, string>>): void {
    this.#texts = texts;
    if (this.isReachable || !this.#faults.forgetsWhatChangedMeanwhile) this.changes++;
  }

  set(state: { up?: boolean; broken?: boolean }): void {
    Object.assign(this.#state, state);
  }

  strand(): void {
    this.#strandedAt = performance.now();
  }
}

class PolledSource implements ConfigSource, AsyncDisposable {
  readonly name = "memory 127.0.0.1";
  readonly #backend: Backend;
  readonly #faults: SourceOutageFaults;
  #closed = false;
  // A watch begins where the load before it ended.
  #loaded = 0;

  constructor(backend: Backend, faults: SourceOutageFaults) {
    this.#backend = backend;
    this.#faults = faults;
  }

  async load({ signal }: ConfigCallOptions = {}): Promise<readonly ConfigKeyValue[]> {
    const giveUpAt = performance.now() + timeoutMs;
    for (;;) {
      if (this.#closed) throw new Error("the source is closed");
      if (!this.#faults.ignoresSignals) signal?.throwIfAborted();
      if (this.#backend.isReachable) {
        this.#loaded = this.#backend.changes;
        return this.#backend.keyValues;
      }
      if (!this.#faults.loadHangs && performance.now() > giveUpAt)
        throw new Error(this.#faults.saysNotWhere ? "no answer" : "127.0.0.1 did not answer");
      await sleep(pollMs);
    }
  }

  async *watch({ signal }: ConfigCallOptions = {}): AsyncGenerator<readonly ConfigKeyValue[]> {
    let seen = this.#loaded;
    while (!signal?.aborted && !this.#closed) {
      if (this.#backend.isReachable && this.#backend.changes !== seen) {
        seen = this.#backend.changes;
        yield this.#backend.keyValues;
      } else if (!this.#backend.isReachable && this.#faults.watchEnds) return;
      else if (!this.#backend.isReachable && this.#faults.yieldsNothingWhenAway) yield [];
      await sleep(pollMs);
    }
  }

  stop(): void {
    this.#closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    if (this.#faults.closesSlowly && !this.#backend.isReachable) await sleep(4 * timeoutMs);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
