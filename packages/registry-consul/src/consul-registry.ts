import { type Discovery, type Logger, noopLogger, type Registrar } from "@kratos-ts/core";
import { type ConsulOptions, consulSettings } from "./consul/consul-options.ts";
import { ConsulBackend } from "./consul-backend.ts";
import { BackedRegistry } from "./registry/backed-registry.ts";

export interface ConsulRegistryOptions extends ConsulOptions {
  /** Lets the agent connect to each endpoint again and again. Default true, as in Go Kratos. */
  healthCheck?: boolean | undefined;
  /** How often it does, in ms. Default 10 000. */
  healthCheckIntervalMs?: number | undefined;
  /** Gives signs of life: without them an instance is gone after `ttlMs`. Default true. */
  heartbeat?: boolean | undefined;
  /** After how long without a sign of life an instance is gone, in ms; signs come three times as often. Default 20 000. */
  ttlMs?: number | undefined;
  /** After how long as critical an instance is deregistered by the agent, in ms, at least a minute. Default 600 000. */
  deregisterAfterMs?: number | undefined;
  /** Is told of outages. Default: silent. */
  logger?: Logger | undefined;
}

/** Registers instances and finds them. Closing it, or disposing of it, deregisters what it registered and ends its watches. */
export interface ConsulRegistry extends Registrar, Discovery, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * A registry in Consul, as Go Kratos has it. It connects when it is used first, and keeps registrations and watches going
 * when Consul was away. Throws a TypeError for an address that is none, a RangeError for times that are no positive numbers.
 */
export function createConsulRegistry(options: ConsulRegistryOptions = {}): ConsulRegistry {
  const { healthCheck = true, heartbeat = true, logger = noopLogger } = options;
  const { ttlMs = 20_000, healthCheckIntervalMs = 10_000, deregisterAfterMs = 600_000 } = options;
  const times = { ttlMs, healthCheckIntervalMs, deregisterAfterMs };
  for (const [name, ms] of Object.entries(times))
    if (!(ms > 0 && ms <= 0x7fff_ffff)) throw new RangeError(`${name} must be a positive number of ms, got ${ms}`);
  const consul = consulSettings(options);
  return new BackedRegistry(new ConsulBackend({ consul, healthCheck, heartbeat, ...times }), logger);
}
