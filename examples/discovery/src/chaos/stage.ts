// What all scenarios play on: a registry, instances, and callers that find them by it.
import { setTimeout as delay } from "node:timers/promises";
import { retry } from "@kratos-ts/middleware/retry";
import { p2c } from "@kratos-ts/selector";
import { type AnyRegistry, chosenRegistry, type RegistryKind } from "../registry-choice.ts";
import { createWhoClient, type WhoClient } from "../who-client.ts";
import { type FailedAttempt, tellingBalancer } from "./attempts.ts";
import { Fleet } from "./fleet.ts";
import { Load, type LoadOptions } from "./load.ts";
import { PushedConfig } from "./pushed-config.ts";
import { type RegistryServer, startRegistry } from "./registry-server.ts";

export interface Extent {
  readonly seed: number;
  readonly instances: number;
  /** The least number of calls during the rolling restart. */
  readonly restartCalls: number;
  readonly outageMs: number;
  readonly pushMs: number;
}

export interface StageOptions {
  readonly kind: RegistryKind;
  readonly extent: Extent;
  readonly random: () => number;
}

/** Time to live of the registrations. */
export const ttlMs = 5000;

export class Stage implements AsyncDisposable {
  readonly extent: Extent;
  readonly random: () => number;
  readonly server: RegistryServer;
  readonly registry: AnyRegistry;
  readonly config: PushedConfig;
  readonly fleet: Fleet;

  /** Undefined where the registry can't be had. */
  static async set(options: StageOptions): Promise<Stage | undefined> {
    const server = await startRegistry(options.kind);
    if (server === undefined) return undefined;
    const stage = new Stage(server, await PushedConfig.create(), options);
    try {
      await Promise.all(Array.from({ length: options.extent.instances }, () => stage.fleet.start()));
      return stage;
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(server: RegistryServer, config: PushedConfig, { kind, extent, random }: StageOptions) {
    const { at } = server;
    this.extent = extent;
    this.random = random;
    this.server = server;
    this.config = config;
    this.registry = chosenRegistry({ kind, at, ttlMs });
    const found = ["--registry", kind, "--at", at, "--ttl", String(ttlMs)];
    this.fleet = new Fleet([...found, "--config", config.folder]);
  }

  /** Calls of all instances, over both transports, until it is disposed of. */
  load(options: Partial<LoadOptions> & { readonly retries?: boolean } = {}): StageLoad {
    return new StageLoad(this, options);
  }

  /** `host:port` of each endpoint of an instance. */
  async addressesOf(id: string): Promise<readonly string[]> {
    const found = await this.registry.getService("who");
    return found.filter((one) => one.id === id).flatMap(({ endpoints = [] }) => endpoints.map((url) => hostOf(url)));
  }

  /** Waits until the registry lists the instances that there are, for so long at most; gives the ids that are wrong then. */
  async listed(withinMs: number): Promise<readonly string[]> {
    const until = performance.now() + withinMs;
    for (;;) {
      const wrong = await this.#wronglyListed();
      if (wrong.length === 0 || performance.now() > until) return wrong;
      await delay(50);
    }
  }

  async #wronglyListed(): Promise<readonly string[]> {
    const there = this.fleet.instances.map(({ id }) => id);
    const listed = (await this.registry.getService("who").catch(() => [])).map(({ id }) => id);
    return [...there, ...listed].filter((id) => !there.includes(id) || !listed.includes(id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    await this.registry[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.config[Symbol.asyncDispose]();
  }
}

function hostOf(url: string): string {
  // Of a scheme that URL does not know it gives no host.
  return new URL(url.replace(/^\w+:/, "http:")).host;
}

const overs = ["http", "grpc"] as const;

export class StageLoad extends Load {
  readonly #clients: readonly WhoClient[];
  readonly failedAttempts: readonly FailedAttempt[];

  constructor(stage: Stage, { retries = false, ...options }: Parameters<Stage["load"]>[0] = {}) {
    const { random, registry } = stage;
    const failedAttempts: FailedAttempt[] = [];
    const balancer = tellingBalancer(p2c({ random }), (failed) => failedAttempts.push(failed));
    const middleware = retries ? [retry({ attemptTimeoutMs: 500, random })] : [];
    const clients = overs.map((over) => createWhoClient({ over, discovery: registry, balancer, middleware }));
    super({ clients, random, ...options });
    this.#clients = clients;
    this.failedAttempts = failedAttempts;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    for (const client of this.#clients) await client[Symbol.asyncDispose]();
  }
}
