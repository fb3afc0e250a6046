/** One running instance of a service, as registries store it. */
export interface ServiceInstance {
  /** Unique among the instances of the service. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** URLs such as `grpc://10.0.0.1:9000` and `https://10.0.0.1:8443`. */
  readonly endpoints: readonly string[];
}

export interface RegistryCallOptions {
  /** Gives up when it aborts. Default: never. */
  signal?: AbortSignal | undefined;
}

/** Makes an instance known to others, and keeps it known until it is deregistered. */
export interface Registrar {
  register(instance: ServiceInstance, options?: RegistryCallOptions): Promise<void>;
  deregister(instance: ServiceInstance, options?: RegistryCallOptions): Promise<void>;
}

/** Finds the instances of a service. */
export interface Discovery {
  getService(name: string, options?: RegistryCallOptions): Promise<readonly ServiceInstance[]>;
  /** Yields the whole list, now and after each change, until the signal aborts or the reader stops. */
  watch(name: string, options?: RegistryCallOptions): AsyncIterable<readonly ServiceInstance[]>;
}
