import { type ConfigSource, type Logger, noopLogger } from "@kratos-ts/core";
import { type ConsulOptions, consulSettings } from "./consul/consul-options.ts";
import { ConsulBackend } from "./consul-backend.ts";
import { BackedSource } from "./source/backed-source.ts";

export interface ConsulSourceOptions extends ConsulOptions {
  /** Takes all keys below it; what follows it, and a slash, names them. */
  path: string;
  /** `json`, `yaml`, … for every key. Default: by extension; a key without one is a dotted path, its value a text. */
  format?: string | undefined;
  /** Is told of outages. Default: silent. */
  logger?: Logger | undefined;
}

/** Keys of Consul, and how they change. Closing it, or disposing of it, ends its watches and connections. */
export interface ConsulSource extends ConfigSource, AsyncDisposable {
  watch: NonNullable<ConfigSource["watch"]>;
  close(): Promise<void>;
}

/**
 * Configuration in Consul, as Go Kratos has it. It connects when it is used first, and keeps watches going when Consul was
 * away. Throws a TypeError for a path or an address that is none, a RangeError for a time that is no positive number.
 */
export function consulSource(options: ConsulSourceOptions): ConsulSource {
  const { path, format, logger = noopLogger } = options;
  if (!path || path.startsWith("/"))
    throw new TypeError(`consulSource: path must be that of a folder, and Consul's begin with no slash, got "${path}"`);
  return new BackedSource(new ConsulBackend({ consul: consulSettings(options), path, format }), logger);
}
