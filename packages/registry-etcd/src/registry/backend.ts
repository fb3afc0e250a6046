import type { ServiceInstance } from "@kratos-ts/core";

/** What a registered instance has in the store. */
export interface Held {
  /** After how long without renewal it is gone, in ms. */
  readonly ttlMs: number;
}

/** The store behind a registry. Each call throws what went wrong, or its signal's reason. */
export interface RegistryBackend<H extends Held = Held> {
  /** Names it in errors and logs, such as `etcd`. */
  readonly name: string;
  /** How long a call may take, in ms. */
  readonly timeoutMs: number;
  /** Stores an instance, in place of what is held of it. Leaves nothing behind when it throws and nothing was held. */
  store(instance: ServiceInstance, options: { held?: H | undefined; signal: AbortSignal }): Promise<H>;
  /** False: it is gone and has to be stored again. */
  renew(held: H, signal: AbortSignal): Promise<boolean>;
  /** Removes it; one that is gone is no error. */
  remove(held: H, signal: AbortSignal): Promise<void>;
  list(name: string, signal: AbortSignal): Promise<readonly ServiceInstance[]>;
  /** Yields the list now and after each change, and throws when it can't go on. */
  follow(name: string, signal: AbortSignal): AsyncIterable<readonly ServiceInstance[]>;
  close(): void;
}

/** In an order that is the same whatever order they came in. */
export function byId(instances: readonly ServiceInstance[]): readonly ServiceInstance[] {
  return [...instances].sort((a, b) => (a.id < b.id ? -1 : 1));
}
