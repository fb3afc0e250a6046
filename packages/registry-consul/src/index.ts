export type { ConsulOptions, ConsulTls } from "./consul/consul-options.ts";
export { type ConsulRegistry, type ConsulRegistryOptions, createConsulRegistry } from "./consul-registry.ts";
