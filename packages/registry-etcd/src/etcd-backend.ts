import { Code } from "@connectrpc/connect";
import type { ServiceInstance } from "@kratos-ts/core";
import { codeOf, EtcdClient } from "./etcd/etcd-client.ts";
import type { EtcdSettings } from "./etcd/etcd-options.ts";
import { followRange, prefixRange } from "./etcd/follow-range.ts";
import { Lease } from "./gen/etcdserverpb/lease_pb.ts";
import { KV } from "./gen/etcdserverpb/rpc_pb.ts";
import type { KeyValue } from "./gen/mvccpb/kv_pb.ts";
import { readRecord, writeRecord } from "./instance-record.ts";
import { byId, type Held, type RegistryBackend } from "./registry/backend.ts";

export interface EtcdBackendOptions {
  readonly etcd: EtcdSettings;
  readonly namespace: string;
  readonly ttlMs: number;
}

/** The lease that an instance's key belongs to. */
export interface EtcdHeld extends Held {
  readonly lease: bigint;
}

/** Instances as keys `<namespace>/<name>/<id>`, each with a lease of its own. */
export class EtcdBackend implements RegistryBackend<EtcdHeld> {
  readonly name = "etcd";
  readonly #client: EtcdClient;
  readonly #namespace: string;
  readonly #ttlMs: number;

  constructor({ etcd, namespace, ttlMs }: EtcdBackendOptions) {
    this.#client = new EtcdClient(etcd);
    this.#namespace = namespace;
    this.#ttlMs = ttlMs;
  }

  get timeoutMs(): number {
    return this.#client.timeoutMs;
  }

  async store(instance: ServiceInstance, options: { held?: EtcdHeld | undefined; signal: AbortSignal }) {
    const { held, signal } = options;
    if (held !== undefined && (await this.#put(instance, held, signal))) return held;
    const fresh = await this.#grant(signal);
    try {
      if (await this.#put(instance, fresh, signal)) return fresh;
      throw new Error("etcd: the lease was gone before it was used; is ttlMs too short?");
    } catch (error) {
      // The key may be there all the same. It goes with its lease, if need be in time.
      this.remove(fresh, AbortSignal.timeout(this.timeoutMs)).catch(() => {});
      throw error;
    }
  }

  async renew({ lease }: EtcdHeld, signal: AbortSignal): Promise<boolean> {
    const requests = (async function* () {
      yield { ID: lease };
    })();
    const options = { requests, signal, timeoutMs: this.timeoutMs };
    let lives: boolean | undefined;
    // To its end: a stream that is left early keeps its timer, and that the process.
    for await (const { TTL } of this.#client.stream(Lease.method.leaseKeepAlive, options)) lives = TTL > 0n;
    if (lives === undefined) throw new Error("etcd did not answer whether the lease lives");
    return lives;
  }

  async remove({ lease }: EtcdHeld, signal: AbortSignal): Promise<void> {
    try {
      // Not the key: who registered the same id later has it now.
      await this.#client.unary(Lease.method.leaseRevoke, { ID: lease }, signal);
    } catch (error) {
      if (codeOf(error) !== Code.NotFound) throw error;
    }
  }

  async list(name: string, signal: AbortSignal): Promise<readonly ServiceInstance[]> {
    const { kvs } = await this.#client.unary(KV.method.range, this.#range(name), signal);
    return instancesIn(kvs, name);
  }

  async *follow(name: string, signal: AbortSignal): AsyncGenerator<readonly ServiceInstance[]> {
    for await (const kvs of followRange(this.#client, this.#range(name), signal)) yield instancesIn(kvs, name);
  }

  close(): void {
    this.#client.close();
  }

  #range(name: string) {
    return prefixRange(`${this.#namespace}/${name}/`);
  }

  async #grant(signal: AbortSignal): Promise<EtcdHeld> {
    const request = { TTL: BigInt(Math.ceil(this.#ttlMs / 1000)) };
    const { ID, TTL } = await this.#client.unary(Lease.method.leaseGrant, request, signal);
    return { lease: ID, ttlMs: Number(TTL) * 1000 };
  }

  /** False: there is no such lease any more. */
  async #put(instance: ServiceInstance, { lease }: EtcdHeld, signal: AbortSignal): Promise<boolean> {
    const key = `${this.#namespace}/${instance.name}/${instance.id}`;
    const [keyBytes, value] = [key, writeRecord(instance)].map((text) => new TextEncoder().encode(text));
    try {
      await this.#client.unary(KV.method.put, { key: keyBytes, value, lease }, signal);
      return true;
    } catch (error) {
      if (codeOf(error) === Code.NotFound) return false;
      throw error;
    }
  }
}

/** The range of a service holds those of services whose name goes on after a slash as well. */
function instancesIn(kvs: readonly KeyValue[], name: string): readonly ServiceInstance[] {
  const instances = kvs.map(({ value }) => readRecord(new TextDecoder().decode(value)));
  return byId(instances.filter((instance) => instance !== undefined && instance.name === name) as ServiceInstance[]);
}
