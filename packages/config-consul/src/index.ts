export type { ConsulOptions, ConsulTls } from "./consul/consul-options.ts";
export { type ConsulSource, type ConsulSourceOptions, consulSource } from "./consul-source.ts";
