import type { RegistryCallOptions, ServiceInstance } from "@kratos-ts/core";
import { instanceFile } from "./folders.ts";
import type { LocalRegistry } from "./local-registry.ts";
import { Registration } from "./registration.ts";
import { ServiceScan } from "./service-scan.ts";
import { ServiceWatch } from "./service-watch.ts";

export interface FolderRegistryOptions {
  readonly folder: string;
  readonly ttlMs: number;
  readonly pollMs: number;
}

export class FolderRegistry implements LocalRegistry {
  readonly #options: FolderRegistryOptions;
  // By the path of their files.
  readonly #registrations = new Map<string, Registration>();
  readonly #watches = new Map<string, ServiceWatch>();
  readonly #closing = new AbortController();

  constructor(options: FolderRegistryOptions) {
    this.#options = options;
  }

  async register(instance: ServiceInstance, options: RegistryCallOptions = {}): Promise<void> {
    this.#check(options.signal);
    for (const part of ["id", "name"] as const)
      if (!instance[part])
        throw new TypeError(`an instance needs ${part === "id" ? "an id" : "a name"} to be registered`);
    const path = instanceFile(this.#options.folder, instance);
    const registration = new Registration(instance, this.#options);
    const before = this.#registrations.get(path);
    this.#registrations.set(path, registration);
    // The new file takes the place of the old one: the instance is never gone between.
    await before?.end({ remove: false });
    try {
      await registration.start();
    } catch (error) {
      if (this.#registrations.get(path) === registration) this.#registrations.delete(path);
      throw error;
    }
  }

  async deregister(instance: ServiceInstance, options: RegistryCallOptions = {}): Promise<void> {
    this.#check(options.signal);
    const path = instanceFile(this.#options.folder, instance);
    const registration = this.#registrations.get(path);
    this.#registrations.delete(path);
    await registration?.end({ remove: true });
  }

  async getService(name: string, options: RegistryCallOptions = {}): Promise<readonly ServiceInstance[]> {
    this.#check(options.signal);
    return new ServiceScan(name, this.#options.folder).instances();
  }

  async *watch(name: string, options: RegistryCallOptions = {}): AsyncGenerator<readonly ServiceInstance[]> {
    const signals = [this.#closing.signal, ...(options.signal === undefined ? [] : [options.signal])];
    if (options.signal?.aborted) return;
    this.#check();
    let wake = () => {};
    const onEvent = () => wake();
    for (const signal of signals) signal.addEventListener("abort", onEvent);
    const watch = this.#watchOf(name);
    watch.add(onEvent);
    try {
      let seen: readonly ServiceInstance[] | undefined;
      while (!signals.some((signal) => signal.aborted)) {
        const { list } = watch;
        if (list === undefined || list === seen)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        else {
          seen = list;
          yield list;
        }
      }
    } finally {
      for (const signal of signals) signal.removeEventListener("abort", onEvent);
      watch.remove(onEvent);
      this.#endUnread(name, watch);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const ending = [...this.#registrations.values()].map((registration) => registration.end({ remove: true }));
    this.#registrations.clear();
    await Promise.all(ending);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(signal?: AbortSignal): void {
    if (this.#closing.signal.aborted) throw new Error("the local registry is closed");
    signal?.throwIfAborted();
  }

  /** All readers of one service share what looks at its folder. */
  #watchOf(name: string): ServiceWatch {
    const watch = this.#watches.get(name) ?? new ServiceWatch(name, this.#options);
    this.#watches.set(name, watch);
    return watch;
  }

  #endUnread(name: string, watch: ServiceWatch): void {
    if (watch.readers > 0) return;
    if (this.#watches.get(name) === watch) this.#watches.delete(name);
    watch.close();
  }
}
