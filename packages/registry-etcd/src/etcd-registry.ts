import { type Discovery, type Logger, noopLogger, type Registrar } from "@kratos-ts/core";
import { type EtcdOptions, etcdSettings } from "./etcd/etcd-options.ts";
import { EtcdBackend } from "./etcd-backend.ts";
import { BackedRegistry } from "./registry/backed-registry.ts";

export interface EtcdRegistryOptions extends EtcdOptions {
  /** What the keys of all instances begin with. Default `/microservices`, as in Go Kratos. */
  namespace?: string | undefined;
  /** After how long without a sign of life an instance is gone, in ms, rounded up to seconds; signs come three times as often. Default 15 000. */
  ttlMs?: number | undefined;
  /** Is told of outages. Default: silent. */
  logger?: Logger | undefined;
}

/** Registers instances and finds them. Closing it, or disposing of it, deregisters what it registered and ends its watches. */
export interface EtcdRegistry extends Registrar, Discovery, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * A registry in etcd, as Go Kratos has it. It connects when it is used first, and keeps registrations and watches going
 * when etcd was away. Throws a TypeError for hosts that are none, a RangeError for times that are no positive numbers.
 */
export function createEtcdRegistry(options: EtcdRegistryOptions = {}): EtcdRegistry {
  const { namespace = "/microservices", ttlMs = 15_000, logger = noopLogger } = options;
  if (!(ttlMs > 0 && ttlMs <= 0x7fff_ffff)) throw new RangeError(`ttlMs must be a positive number of ms, got ${ttlMs}`);
  const etcd = etcdSettings(options);
  return new BackedRegistry(new EtcdBackend({ etcd, namespace: namespace.replace(/\/+$/, ""), ttlMs }), logger);
}
