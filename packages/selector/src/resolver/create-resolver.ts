import { noopLogger, now, type Resolver } from "@kratos-ts/core";
import { p2c } from "../balancers/p2c.ts";
import { atLeast } from "../options.ts";
import { isConnectionFailure } from "./cool-down.ts";
import { DiscoveredNodes } from "./discovered-nodes.ts";
import { probeByConnecting } from "./probe.ts";
import type { ResolverOptions, ResolverSettings } from "./settings.ts";

/**
 * Turns `discovery:///name` into live nodes, for the `resolver` option of both transports: watches the service, and
 * picks a node for each call. Throws a RangeError for numbers out of their range; `resolve` throws an Error for a target
 * that names no service.
 */
export function createResolver(options: ResolverOptions): Resolver {
  const settings = settingsOf(options);
  return {
    resolve: (target, wanted) => new DiscoveredNodes({ service: serviceOf(target), wanted, settings }),
  };
}

function serviceOf(target: string): string {
  const name = /^discovery:\/\/[^/]*\/(.+)$/.exec(target)?.[1];
  if (name === undefined)
    throw new Error(`target ${JSON.stringify(target)} names no service; write "discovery:///name"`);
  return name;
}

function settingsOf(options: ResolverOptions): ResolverSettings {
  const { discovery, balancer = p2c(), filters = [], subset, coolDown = {}, protection = {}, backoff = {} } = options;
  const number = (least: number, name: string, value: number) => atLeast(least, `createResolver: ${name}`, value);
  if (subset !== undefined) number(1, "subset.size", subset.size);
  return {
    discovery,
    balancer,
    filters,
    subset,
    coolDown: {
      initialMs: number(0, "coolDown.initialMs", coolDown.initialMs ?? 1000),
      maxMs: number(0, "coolDown.maxMs", coolDown.maxMs ?? 30_000),
      probe: coolDown.probe ?? probeByConnecting,
      isConnectionFailure: coolDown.isConnectionFailure ?? isConnectionFailure,
    },
    warmUpMs: number(0, "warmUpMs", options.warmUpMs ?? 10_000),
    protection: {
      share: number(0, "protection.share", protection.share ?? 0),
      holdMs: number(0, "protection.holdMs", protection.holdMs ?? 30_000),
    },
    firstListTimeoutMs: number(1, "firstListTimeoutMs", options.firstListTimeoutMs ?? 5000),
    updateIntervalMs: number(0, "updateIntervalMs", options.updateIntervalMs ?? 100),
    backoff: {
      initialMs: number(1, "backoff.initialMs", backoff.initialMs ?? 1000),
      maxMs: number(1, "backoff.maxMs", backoff.maxMs ?? 30_000),
    },
    logger: options.logger ?? noopLogger,
    now: options.now ?? now,
  };
}
