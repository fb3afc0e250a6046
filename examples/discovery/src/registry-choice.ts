import type { Discovery, Registrar } from "@kratos-ts/core";
import { createConsulRegistry } from "@kratos-ts/registry-consul";
import { createEtcdRegistry } from "@kratos-ts/registry-etcd";
import { createLocalRegistry } from "@kratos-ts/registry-local";

export const registryKinds = ["local", "etcd", "consul"] as const;
export type RegistryKind = (typeof registryKinds)[number];

export interface RegistryChoice {
  /** Default "local". */
  readonly kind?: string | undefined;
  /** The folder of the local registry, or `host:port` of the server. Default: the registry's own. */
  readonly at?: string | undefined;
  /** After how long without a sign of life an instance is gone, in ms. Default: the registry's own. */
  readonly ttlMs?: number | undefined;
}

export type AnyRegistry = Registrar & Discovery & AsyncDisposable;

/** What a program's flags say. Throws an Error for a kind that there is not. */
export function chosenRegistry({ kind = "local", at, ttlMs }: RegistryChoice): AnyRegistry {
  if (kind === "local") return createLocalRegistry({ folder: at, ttlMs });
  if (kind === "etcd") return createEtcdRegistry({ hosts: at === undefined ? undefined : [at], ttlMs });
  // Consul would connect to each endpoint as well: signs of life are enough here.
  if (kind === "consul") return createConsulRegistry({ address: at, ttlMs, healthCheck: false });
  throw new Error(`--registry is ${JSON.stringify(kind)}; there are ${registryKinds.join(", ")}`);
}
