export type { EtcdAuth, EtcdOptions, EtcdTls } from "./etcd/etcd-options.ts";
export { type EtcdSource, type EtcdSourceOptions, etcdSource } from "./etcd-source.ts";
