export type { EtcdAuth, EtcdOptions, EtcdTls } from "./etcd/etcd-options.ts";
export { createEtcdRegistry, type EtcdRegistry, type EtcdRegistryOptions } from "./etcd-registry.ts";
