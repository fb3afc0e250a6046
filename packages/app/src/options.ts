import { constants } from "node:os";
import { type Logger, noopLogger, type Registrar, type Server } from "@kratos-ts/core";
import type { Hook, Hooks } from "./hooks.ts";

export interface AppOptions {
  /** Tells this instance apart from the others of the service. Default: a random UUID. */
  id?: string | undefined;
  /** The service's name: what others discover it by. Needed with a registrar. Default "". */
  name?: string | undefined;
  /** Default "". */
  version?: string | undefined;
  /** Registered with the instance; balancers read its `weight`. Default none. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** What the app starts and stops. Default none. */
  servers?: readonly Server[] | undefined;
  /** Where the instance is registered once every server listens. Default: nowhere. */
  registrar?: Registrar | undefined;
  /** The URLs to register, where they differ from what the servers say. Default: those of the servers that have one. */
  endpoints?: readonly string[] | undefined;
  /** What else is to be done around start and stop. Default none. */
  hooks?: Hooks | undefined;
  /** Told of each start, stop and failure. Default: none. */
  logger?: Logger | undefined;
  /**
   * The signals that stop the app; a second one ends the process at once with exit code 128 + its number (the same one
   * within 200 ms is an echo and does not count). `false` or none leaves the process's signals alone. Default SIGTERM,
   * SIGINT and SIGQUIT.
   */
  signals?: readonly NodeJS.Signals[] | false | undefined;
  /** Stops the app when it aborts. Default: none. */
  signal?: AbortSignal | undefined;
  /** How long each start hook, and each server's start, may take, in ms; 0: no limit. Default 30 000. */
  startTimeout?: number | undefined;
  /** How long registering may take, and deregistering, in ms; 0: no limit. Default 10 000. */
  registrarTimeout?: number | undefined;
  /**
   * How long what is in flight may take to end, in ms, before it is cut; 0: no limit. It limits each stop hook as well.
   * Default 10 000.
   */
  stopTimeout?: number | undefined;
  /**
   * How long new work is still taken after deregistering, in ms, while callers notice. Default 1000 with a registrar,
   * else 0; behind a load balancer, the time it needs to see that health says NOT_SERVING.
   */
  grace?: number | undefined;
}

/** The options with every default in place. */
export interface ResolvedOptions {
  readonly servers: readonly Server[];
  readonly registrar: Registrar | undefined;
  readonly endpoints: readonly string[] | undefined;
  readonly hooks: Readonly<Record<keyof Hooks, readonly Hook[]>>;
  readonly logger: Logger;
  readonly signals: readonly NodeJS.Signals[];
  readonly signal: AbortSignal | undefined;
  readonly startTimeout: number;
  readonly registrarTimeout: number;
  readonly stopTimeout: number;
  readonly grace: number;
}

/** Fills in the defaults; throws for what can't work, so that it shows when the app is made and not when it stops. */
export function resolveOptions(options: AppOptions): ResolvedOptions {
  const { registrar, endpoints, hooks = {} } = options;
  if (registrar !== undefined && !options.name)
    throw new TypeError("an app with a registrar needs a name, which others find it by");
  for (const endpoint of endpoints ?? []) checkEndpoint(endpoint);
  const signals = options.signals || (options.signals === undefined ? defaultSignals : []);
  for (const signal of signals) checkSignal(signal);
  return {
    servers: [...(options.servers ?? [])],
    registrar,
    endpoints: endpoints && [...endpoints],
    hooks: {
      beforeStart: listOf(hooks.beforeStart),
      afterStart: listOf(hooks.afterStart),
      beforeStop: listOf(hooks.beforeStop),
      afterStop: listOf(hooks.afterStop),
    },
    logger: options.logger ?? noopLogger,
    signals: [...new Set(signals)],
    signal: options.signal,
    startTimeout: milliseconds("startTimeout", options.startTimeout ?? 30_000),
    registrarTimeout: milliseconds("registrarTimeout", options.registrarTimeout ?? 10_000),
    stopTimeout: milliseconds("stopTimeout", options.stopTimeout ?? 10_000),
    grace: milliseconds("grace", options.grace ?? (registrar === undefined ? 0 : 1_000)),
  };
}

const defaultSignals: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGQUIT"];

function listOf(hooks: Hook | readonly Hook[] | undefined): readonly Hook[] {
  if (hooks === undefined) return [];
  return typeof hooks === "function" ? [hooks] : [...hooks];
}

// The longest delay of a timer; a longer one would fire at once.
const longest = 2 ** 31 - 1;

function milliseconds(name: string, value: number): number {
  if (value >= 0 && value <= longest) return value;
  throw new RangeError(`${name} is ${value}; it must be a number of milliseconds from 0 to ${longest}`);
}

function checkSignal(signal: NodeJS.Signals): void {
  if (signal === "SIGKILL" || signal === "SIGSTOP") throw new TypeError(`signals has ${signal}, which no process sees`);
  // Windows lacks some signals that are fine elsewhere, and never sends them.
  if (!(signal in constants.signals) && !defaultSignals.includes(signal))
    throw new TypeError(`signals has ${JSON.stringify(signal)}, which is no signal; they are named like "SIGTERM"`);
}

function checkEndpoint(endpoint: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\/./i.test(endpoint))
    throw new TypeError(
      `endpoints has ${JSON.stringify(endpoint)}, which is no URL; write it like "grpc://10.0.0.1:9000"`,
    );
}
