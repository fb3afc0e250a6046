import type { RegistryCallOptions, ServiceInstance } from "@kratos-ts/core";
import type { Registry, RegistrySubject } from "../src/index.ts";

/** What a registry under test does wrong. */
export interface RegistryFaults {
  /** How an instance is kept. */
  readonly store?: (instance: ServiceInstance) => ServiceInstance;
  /** Whether a stored instance belongs to a service. */
  readonly isOf?: (instance: ServiceInstance, name: string) => boolean;
  readonly ignoresDeregister?: boolean;
  readonly acceptsAll?: boolean;
  readonly ignoresSignals?: boolean;
  readonly tellsNoChanges?: boolean;
  readonly startsEmpty?: boolean;
  readonly queuesLists?: boolean;
  readonly leavesInstances?: boolean;
  readonly leavesWatches?: boolean;
  readonly leavesTimers?: boolean;
  readonly worksWhenClosed?: boolean;
  /** After how long an instance is forgotten, in ms. */
  readonly forgetsAfterMs?: number;
}

/** The backend: instances that all registries of one subject share. */
export function memoryRegistry(faults: RegistryFaults = {}): RegistrySubject {
  const backend = new Backend();
  const registries: MemoryRegistry[] = [];
  return {
    ttlMs: 20,
    async connect() {
      const registry = new MemoryRegistry(backend, faults);
      registries.push(registry);
      return registry;
    },
    async [Symbol.asyncDispose]() {
      for (const registry of registries) registry.stop();
    },
  };
}

class Backend {
  readonly instances = new Map<string, ServiceInstance>();
  readonly listeners = new Set<() => void>();

  change(change: () => void): void {
    change();
    for (const listener of this.listeners) listener();
  }
}

const keyOf = ({ name, id }: ServiceInstance) => JSON.stringify([name, id]);

class MemoryRegistry implements Registry {
  readonly #backend: Backend;
  readonly #faults: RegistryFaults;
  readonly #own = new Set<string>();
  readonly #closing = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(backend: Backend, faults: RegistryFaults) {
    this.#backend = backend;
    this.#faults = faults;
    if (faults.leavesTimers) this.#timers.add(setInterval(() => {}, 1000));
  }

  async register(instance: ServiceInstance, options?: RegistryCallOptions): Promise<void> {
    this.#check(options);
    if (!this.#faults.acceptsAll && !(instance.id && instance.name)) throw new TypeError("no id or no name");
    const { store = structuredClone<ServiceInstance> } = this.#faults;
    const stored = store(instance);
    const key = keyOf(stored);
    this.#own.add(key);
    this.#backend.change(() => this.#backend.instances.set(key, stored));
    const forget = () => this.#backend.change(() => this.#backend.instances.delete(key));
    if (this.#faults.forgetsAfterMs) this.#timers.add(setTimeout(forget, this.#faults.forgetsAfterMs));
  }

  async deregister(instance: ServiceInstance, options?: RegistryCallOptions): Promise<void> {
    this.#check(options);
    if (this.#faults.ignoresDeregister) return;
    this.#own.delete(keyOf(instance));
    this.#backend.change(() => this.#backend.instances.delete(keyOf(instance)));
  }

  async getService(name: string, options?: RegistryCallOptions): Promise<readonly ServiceInstance[]> {
    this.#check(options);
    return this.#list(name);
  }

  async *watch(name: string, options: RegistryCallOptions = {}): AsyncGenerator<readonly ServiceInstance[]> {
    const ends = this.#faults.ignoresSignals ? [this.#closing.signal] : [this.#closing.signal, options.signal];
    if (!this.#faults.ignoresSignals && options.signal?.aborted) return;
    this.#check();
    const queue = [this.#faults.startsEmpty ? [] : this.#list(name)];
    let wake = () => {};
    const onChange = () => {
      const list = this.#list(name);
      if (this.#faults.tellsNoChanges || JSON.stringify(list) === JSON.stringify(queue.at(-1) ?? last)) return;
      if (!this.#faults.queuesLists) queue.length = 0;
      queue.push(list);
      wake();
    };
    const onEnd = () => wake();
    let last: readonly ServiceInstance[] = [];
    this.#backend.listeners.add(onChange);
    for (const signal of ends) signal?.addEventListener("abort", onEnd);
    try {
      while (!ends.some((signal) => signal?.aborted)) {
        const list = queue.shift();
        if (list === undefined)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        else {
          last = list;
          yield list;
        }
      }
    } finally {
      this.#backend.listeners.delete(onChange);
      for (const signal of ends) signal?.removeEventListener("abort", onEnd);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#faults.leavesWatches) this.#closing.abort();
    if (!this.#faults.leavesTimers) this.#clearTimers();
    if (this.#faults.leavesInstances) return;
    this.#backend.change(() => {
      for (const key of this.#own) this.#backend.instances.delete(key);
    });
  }

  /** Whatever it does wrong: the process that tests it is to end. */
  stop(): void {
    this.#closing.abort();
    this.#clearTimers();
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #check(options?: RegistryCallOptions): void {
    if (this.#closing.signal.aborted && !this.#faults.worksWhenClosed) throw new Error("the registry is closed");
    if (!this.#faults.ignoresSignals) options?.signal?.throwIfAborted();
  }

  #list(name: string): ServiceInstance[] {
    const isOf = this.#faults.isOf ?? ((instance) => instance.name === name);
    return [...this.#backend.instances.values()].filter((instance) => isOf(instance, name));
  }
}
