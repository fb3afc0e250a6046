import type { RegistryCallOptions, ServiceInstance } from "@kratos-ts/core";
import type { BreakableNetwork, Registry, RegistryOutageSubject, StoppableServer } from "../src/index.ts";

/** What a registry does wrong when its server is away. */
export interface OutageFaults {
  readonly neverRegistersAgain?: boolean;
  readonly watchesEnd?: boolean;
  readonly listsNothingWhenAway?: boolean;
  readonly callsHang?: boolean;
  readonly saysNotWhere?: boolean;
  readonly trustsDeadConnections?: boolean;
  readonly ignoresSignals?: boolean;
  readonly keepsRenewing?: boolean;
  readonly closesSlowly?: boolean;
}

const [ttlMs, timeoutMs, pollMs] = [60, 60, 2];

/** A server that can be stopped, and a network that can be broken, as far as registries notice: all in memory. */
export function memoryServer(faults: OutageFaults = {}): RegistryOutageSubject {
  const server = new MemoryServer();
  const registries: PolledRegistry[] = [];
  return {
    server,
    network: server.network,
    ttlMs,
    timeoutMs,
    async connect({ through }) {
      const registry = new PolledRegistry(server, { faults, isFar: through === "network" });
      registries.push(registry);
      return registry;
    },
    async [Symbol.asyncDispose]() {
      for (const registry of registries) registry.stop();
    },
  };
}

type NetworkState = "up" | "broken";

class MemoryServer implements StoppableServer {
  // By name and id; `at` is when it gave its last sign of life.
  readonly instances = new Map<string, { instance: ServiceInstance; at: number }>();
  up = true;
  networkState: NetworkState = "up";
  // Connections that are older pass nothing on.
  strandedBefore = 0;
  delayMs = 0;

  readonly network: BreakableNetwork = {
    cut: () => this.#setNetwork("broken"),
    drop: () => this.#setNetwork("broken"),
    strand: () => {
      this.strandedBefore = performance.now();
    },
    delay: (ms) => {
      this.delayMs = ms;
    },
    heal: () => this.#setNetwork("up"),
  };

  async kill(): Promise<void> {
    this.up = false;
    this.instances.clear();
  }

  async restart(): Promise<void> {
    this.up = true;
  }

  pause(): void {
    this.up = false;
  }

  resume(): void {
    this.up = true;
  }

  list(name: string): ServiceInstance[] {
    const live = [...this.instances.values()].filter(({ at }) => performance.now() - at < ttlMs);
    return live.map(({ instance }) => instance).filter((instance) => instance.name === name);
  }

  #setNetwork(state: NetworkState): void {
    this.networkState = state;
  }
}

class PolledRegistry implements Registry {
  readonly #server: MemoryServer;
  readonly #faults: OutageFaults;
  readonly #isFar: boolean;
  readonly #own = new Map<string, ServiceInstance>();
  readonly #known = new Map<string, readonly ServiceInstance[]>();
  readonly #closing = new AbortController();
  readonly #beat: NodeJS.Timeout;
  #connectedAt = performance.now();

  constructor(server: MemoryServer, { faults, isFar }: { faults: OutageFaults; isFar: boolean }) {
    this.#server = server;
    this.#faults = faults;
    this.#isFar = isFar;
    this.#beat = setInterval(() => this.#renew(), ttlMs / 6);
  }

  async register(instance: ServiceInstance, options?: RegistryCallOptions): Promise<void> {
    await this.#reach(options);
    this.#own.set(keyOf(instance), instance);
    this.#renew();
  }

  async deregister(instance: ServiceInstance, options?: RegistryCallOptions): Promise<void> {
    if (!this.#faults.keepsRenewing) this.#own.delete(keyOf(instance));
    await this.#reach(options);
    this.#server.instances.delete(keyOf(instance));
    this.#own.delete(keyOf(instance));
  }

  async getService(name: string, options?: RegistryCallOptions): Promise<readonly ServiceInstance[]> {
    await this.#reach(options);
    return this.#server.list(name);
  }

  async *watch(name: string, { signal }: RegistryCallOptions = {}): AsyncGenerator<readonly ServiceInstance[]> {
    if (!this.#known.has(name)) await this.#reach({ signal });
    let seen: string | undefined;
    while (!signal?.aborted && !this.#closing.signal.aborted) {
      if (this.#isReachable()) this.#known.set(name, this.#server.list(name));
      else if (this.#faults.watchesEnd) return;
      else if (this.#faults.listsNothingWhenAway) this.#known.set(name, []);
      const list = this.#known.get(name) ?? [];
      if (JSON.stringify(list) !== seen) {
        seen = JSON.stringify(list);
        yield list;
      }
      await sleep(pollMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    if (this.#faults.closesSlowly && !this.#isReachable()) await sleep(8 * timeoutMs);
    if (this.#isReachable()) for (const key of this.#own.keys()) this.#server.instances.delete(key);
  }

  stop(): void {
    this.#closing.abort();
    clearInterval(this.#beat);
  }

  #renew(): void {
    if (!this.#isReachable()) return;
    for (const [key, instance] of this.#own)
      if (!this.#faults.neverRegistersAgain || this.#server.instances.has(key) || this.#isNew(key))
        this.#server.instances.set(key, { instance, at: performance.now() });
  }

  readonly #once = new Set<string>();

  #isNew(key: string): boolean {
    return !this.#once.has(key) && this.#once.add(key).has(key);
  }

  #isReachable(): boolean {
    const { up, networkState, strandedBefore } = this.#server;
    if (!this.#isFar) return up;
    const stranded = this.#connectedAt < strandedBefore;
    // As a client does that has heard nothing for a while.
    if (stranded && !this.#faults.trustsDeadConnections && performance.now() - strandedBefore > timeoutMs)
      this.#connectedAt = performance.now();
    return up && networkState === "up" && !stranded;
  }

  /** Rejects when the server does not answer in time. */
  async #reach({ signal }: RegistryCallOptions = {}): Promise<void> {
    if (this.#isFar) await sleep(this.#server.delayMs);
    const giveUpAt = performance.now() + timeoutMs;
    while (!this.#isReachable()) {
      if (!this.#faults.ignoresSignals) signal?.throwIfAborted();
      if (this.#closing.signal.aborted) throw new Error("the registry is closed");
      if (!this.#faults.callsHang && performance.now() > giveUpAt)
        throw new Error(this.#faults.saysNotWhere ? "no answer" : "127.0.0.1 did not answer");
      await sleep(pollMs);
    }
  }
}

function keyOf({ name, id }: ServiceInstance): string {
  return JSON.stringify([name, id]);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
