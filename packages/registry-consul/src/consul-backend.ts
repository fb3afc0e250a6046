import type { ServiceInstance } from "@kratos-ts/core";
import { ConsulClient } from "./consul/consul-client.ts";
import type { ConsulSettings } from "./consul/consul-options.ts";
import { followQuery } from "./consul/follow-query.ts";
import { byId, type Held, type RegistryBackend } from "./registry/backend.ts";
import { checkId, type RecordOptions, readRecord, type StoredService, writeRecord } from "./service-record.ts";

export interface ConsulBackendOptions extends RecordOptions {
  readonly consul: ConsulSettings;
}

/** The service that the agent has. */
export interface ConsulHeld extends Held {
  readonly id: string;
}

/** Instances as services of an agent, with a check that heartbeats pass. */
export class ConsulBackend implements RegistryBackend<ConsulHeld> {
  readonly name = "consul";
  readonly #client: ConsulClient;
  readonly #options: ConsulBackendOptions;

  constructor(options: ConsulBackendOptions) {
    this.#client = new ConsulClient(options.consul);
    this.#options = options;
  }

  get timeoutMs(): number {
    return this.#client.timeoutMs;
  }

  async store(instance: ServiceInstance, options: { held?: ConsulHeld | undefined; signal: AbortSignal }) {
    const { held, signal } = options;
    const fresh = { id: instance.id, ttlMs: this.#options.ttlMs };
    const body = writeRecord(instance, this.#options);
    // Checks of endpoints that it no longer has are to go.
    const query = { "replace-existing-checks": "true" };
    try {
      await this.#client.call({ method: "PUT", path: ["agent", "service", "register"], query, body, signal });
      return fresh;
    } catch (error) {
      // It may be there all the same.
      if (held === undefined) this.remove(fresh, AbortSignal.timeout(this.timeoutMs)).catch(() => {});
      throw error;
    }
  }

  async renew(held: ConsulHeld, signal: AbortSignal): Promise<boolean> {
    const { status } = this.#options.heartbeat
      ? await this.#client.call({ method: "PUT", path: ["agent", "check", "pass", checkId(held)], signal })
      : await this.#client.call({ method: "GET", path: ["agent", "service", held.id], signal });
    return status !== 404;
  }

  async remove({ id }: ConsulHeld, signal: AbortSignal): Promise<void> {
    await this.#client.call({ method: "PUT", path: ["agent", "service", "deregister", id], signal });
  }

  async list(name: string, signal: AbortSignal): Promise<readonly ServiceInstance[]> {
    const { json } = await this.#client.call({ method: "GET", ...this.#query(name), signal });
    return instancesIn(json);
  }

  async *follow(name: string, signal: AbortSignal): AsyncGenerator<readonly ServiceInstance[]> {
    for await (const json of followQuery(this.#client, this.#query(name), signal)) yield instancesIn(json);
  }

  close(): void {
    this.#client.close();
  }

  #query(name: string) {
    return { path: ["health", "service", name], query: { passing: "true" } };
  }
}

function instancesIn(json: unknown): readonly ServiceInstance[] {
  if (!Array.isArray(json)) throw new Error("consul answered with no list: is something else at its address?");
  return byId((json as { Service: StoredService }[]).map(({ Service }) => readRecord(Service)));
}
