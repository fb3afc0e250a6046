import type { Discovery, RegistryCallOptions, ServiceInstance } from "@kratos-ts/core";

/** An instance of the service shop with a gRPC endpoint at that address. */
export function instanceAt(address: string, more: Partial<ServiceInstance> = {}): ServiceInstance {
  return { id: address, name: "shop", version: "v1", metadata: {}, endpoints: [`grpc://${address}`], ...more };
}

/** A registry whose lists a test sends. */
export class FakeDiscovery implements Discovery {
  watches = 0;
  readonly #listeners = new Set<(next: readonly ServiceInstance[] | Error | undefined) => void>();

  send(...instances: readonly ServiceInstance[]): void {
    for (const listener of this.#listeners) listener(instances);
  }

  sendAddresses(...addresses: readonly string[]): void {
    this.send(...addresses.map((address) => instanceAt(address)));
  }

  break(error: Error): void {
    for (const listener of this.#listeners) listener(error);
  }

  get open(): number {
    return this.#listeners.size;
  }

  async getService(): Promise<readonly ServiceInstance[]> {
    return [];
  }

  async *watch(_: string, { signal }: RegistryCallOptions = {}): AsyncGenerator<readonly ServiceInstance[]> {
    this.watches++;
    const queue: (readonly ServiceInstance[] | Error | undefined)[] = [];
    let wake = () => {};
    const listener = (next: readonly ServiceInstance[] | Error | undefined) => {
      queue.push(next);
      wake();
    };
    const onAbort = () => listener(undefined);
    this.#listeners.add(listener);
    signal?.addEventListener("abort", onAbort);
    try {
      for (;;) {
        while (queue.length === 0)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        const next = queue.shift();
        if (next === undefined) return;
        if (next instanceof Error) throw next;
        yield next;
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#listeners.delete(listener);
    }
  }
}
