import type { BalancerFactory, Discovery, Logger, Node } from "@kratos-ts/core";
import type { NodeFilter } from "../filters.ts";
import type { SubsetOptions } from "../subset.ts";

export interface CoolDownOptions {
  /** After the first failure to connect, in ms; twice as long after each further one. Default 1000. */
  readonly initialMs?: number | undefined;
  /** The longest, in ms. Default 30 000. */
  readonly maxMs?: number | undefined;
  /**
   * Tries a node that was left alone: calls go there again once this resolves, and it is left alone for longer when it
   * rejects. The signal aborts when the client closes. Default: a TCP connection within 1 s.
   */
  readonly probe?: ((node: Node, signal: AbortSignal) => Promise<void>) | undefined;
  /** Whether an error means that the node can't be reached. Default: a 503 whose cause is no KratosError, as transports make it. */
  readonly isConnectionFailure?: ((error: unknown) => boolean) | undefined;
}

export interface ProtectionOptions {
  /** A list with no more than this share of the nodes known is not believed at once. Default 0: only an empty one. */
  readonly share?: number | undefined;
  /** How long such a list must last until it is believed, in ms. 0 believes every list. Default 30 000. */
  readonly holdMs?: number | undefined;
}

export interface BackoffOptions {
  /** After the first failure, in ms. Default 1000. */
  readonly initialMs?: number | undefined;
  /** The longest wait, in ms; each is twice as long as the one before. Default 30 000. */
  readonly maxMs?: number | undefined;
}

export interface ResolverOptions {
  /** Where instances are found: a registry. */
  discovery: Discovery;
  /** Chooses the node of each call. Default `p2c()`. */
  balancer?: BalancerFactory | undefined;
  /** Which nodes take part; each filter gets what the one before it left. Default all. */
  filters?: readonly NodeFilter[] | undefined;
  /** Calls only some of many nodes, always the same ones. Default all. */
  subset?: SubsetOptions | undefined;
  /** How a node is left alone that can't be connected to; when that is so for all, none is left alone. */
  coolDown?: CoolDownOptions | undefined;
  /** How long the weight of a node that came later grows to its full size, in ms; 0 for no time. Default 10 000. */
  warmUpMs?: number | undefined;
  /** What happens when nodes vanish in numbers, as after an outage of the registry. */
  protection?: ProtectionOptions | undefined;
  /** How long a call without a deadline waits for the first list, in ms. Default 5000. */
  firstListTimeoutMs?: number | undefined;
  /** How often lists are taken over at most, in ms; of those between, the newest counts. Default 100. */
  updateIntervalMs?: number | undefined;
  /** How long to wait before discovery that failed is asked again. */
  backoff?: BackoffOptions | undefined;
  /** Is told of failing discovery and of lists that are not believed. Default silent. */
  logger?: Logger | undefined;
  /** The time in ms. Default: core's `now`. */
  now?: (() => number) | undefined;
}

/** The options, with their defaults. */
export interface ResolverSettings {
  readonly discovery: Discovery;
  readonly balancer: BalancerFactory;
  readonly filters: readonly NodeFilter[];
  readonly subset: SubsetOptions | undefined;
  readonly coolDown: Required<{ [K in keyof CoolDownOptions]: NonNullable<CoolDownOptions[K]> }>;
  readonly warmUpMs: number;
  readonly protection: { readonly share: number; readonly holdMs: number };
  readonly firstListTimeoutMs: number;
  readonly updateIntervalMs: number;
  readonly backoff: { readonly initialMs: number; readonly maxMs: number };
  readonly logger: Logger;
  readonly now: () => number;
}
