import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Balancer,
  type Context,
  type DoneInfo,
  errorClientClosed,
  errorServiceUnavailable,
  type KratosError,
  type Node,
  type NodePicker,
  type PickedNode,
  type ResolveOptions,
} from "@kratos-ts/core";
import { keyOf } from "../balancers/members.ts";
import { followService } from "./follow-service.ts";
import { RefreshTimer } from "./refresh-timer.ts";
import { Roster } from "./roster.ts";
import type { ResolverSettings } from "./settings.ts";

// Discovery outlives the call in which a transport may have been made: it has not its deadline, trace or values.
const atRoot = AsyncLocalStorage.snapshot();

export interface DiscoveredNodesOptions {
  readonly service: string;
  readonly wanted: ResolveOptions;
  readonly settings: ResolverSettings;
}

/** The live nodes of one service, for one transport. */
export class DiscoveredNodes implements NodePicker {
  readonly #service: string;
  readonly #settings: ResolverSettings;
  readonly #roster: Roster;
  readonly #balancer: Balancer;
  readonly #refresh: RefreshTimer;
  readonly #closing = new AbortController();
  readonly #following: Promise<void>;
  readonly #firstList = Promise.withResolvers<void>();
  #closed = false;
  #listed = false;
  #empty = true;
  #failure: unknown;

  constructor({ service, wanted, settings }: DiscoveredNodesOptions) {
    const { now, balancer, updateIntervalMs: intervalMs, discovery, backoff } = settings;
    this.#service = service;
    this.#settings = settings;
    this.#roster = new Roster({ wanted, settings, onProbed: () => this.#refresh.request({ urgent: true }) });
    this.#balancer = balancer();
    this.#refresh = new RefreshTimer({ task: () => this.#update(), intervalMs, now });
    this.#following = atRoot(followService, discovery, service, {
      signal: this.#closing.signal,
      backoff,
      onList: (instances) => {
        this.#failure = undefined;
        this.#roster.offer(instances);
        this.#refresh.request();
      },
      onFailure: (error) => this.#failed(error),
    });
  }

  pick(ctx: Context): PickedNode | Promise<PickedNode> {
    if (this.#closed) throw errorClientClosed("", `the client of ${this.#service} was closed`);
    return this.#listed ? this.#pickNow(ctx) : this.#pickLater(ctx);
  }

  /** A call has ended: a node that can't be reached is left alone. */
  callEnded(node: Node, error: unknown): void {
    // So it is for nearly all calls.
    if (error === undefined && !this.#roster.coolDown.knowsFailures) return;
    if (this.#closed) return;
    const changed = this.#roster.coolDown.callEnded(keyOf(node), error);
    // Until then other calls would go there, and fail so fast that it would be many.
    if (changed) this.#refresh.request({ urgent: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#closing.abort();
    this.#refresh.stop();
    this.#roster.coolDown.close();
    this.#firstList.resolve();
    // A registry that does not heed its signal is not waited for any longer.
    await settledWithin(this.#following, { ms: 1000 });
  }

  #pickNow(ctx: Context): PickedNode {
    if (this.#empty) throw this.#notFound(this.#roster.emptiness());
    return new TrackedPick(this.#balancer.pick(ctx), this);
  }

  async #pickLater(ctx: Context): Promise<PickedNode> {
    // A little before the deadline, so that the call fails with what is wrong here instead of a mere 504.
    const deadlineMs = ctx.timeoutMs();
    const waitMs =
      deadlineMs === undefined ? this.#settings.firstListTimeoutMs : deadlineMs - Math.min(deadlineMs / 10, 50);
    await settledWithin(this.#firstList.promise, { ms: waitMs, signal: ctx.signal });
    if (this.#listed || this.#closed) return this.pick(ctx);
    throw this.#notFound(`discovery gave no list within ${Math.round(waitMs)} ms`);
  }

  #notFound(why: string): KratosError {
    const cause = this.#failure;
    const failure =
      cause === undefined ? "" : `; it failed last with: ${cause instanceof Error ? cause.message : cause}`;
    return errorServiceUnavailable("NODE_NOT_FOUND", `no node of ${this.#service}: ${why}${failure}`, { cause });
  }

  #failed(error: unknown): void {
    this.#failure = error;
    const fields = { service: this.#service, error };
    this.#settings.logger.warn("discovery failed: the known nodes are kept", fields);
  }

  #update(): void {
    try {
      this.#updateBalancer();
    } catch (error) {
      // A filter or a balancer of the user's threw, perhaps in a timer: what was known before stays.
      this.#failed(error);
    }
  }

  #updateBalancer(): void {
    const { nodes, againInMs } = this.#roster.activeNodes(this.#settings.now());
    if (againInMs !== undefined) this.#refresh.requestIn(againInMs);
    this.#balancer.update(nodes);
    this.#empty = nodes.length === 0;
    this.#listed = true;
    this.#firstList.resolve();
  }
}

class TrackedPick implements PickedNode {
  readonly node: Node;
  readonly #picked: PickedNode;
  readonly #nodes: DiscoveredNodes;

  constructor(picked: PickedNode, nodes: DiscoveredNodes) {
    this.node = picked.node;
    this.#picked = picked;
    this.#nodes = nodes;
  }

  done(info: DoneInfo): void {
    this.#picked.done(info);
    this.#nodes.callEnded(this.node, info.error);
  }
}

/** Waits for the promise, the time or the signal, whichever comes first; leaves no timer and no listener behind. */
async function settledWithin(promise: Promise<void>, limit: { ms: number; signal?: AbortSignal }): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limit.ms);
  const onAbort = () => resolve();
  limit.signal?.addEventListener("abort", onAbort);
  if (limit.signal?.aborted) resolve();
  await Promise.race([promise, over]);
  clearTimeout(timer);
  limit.signal?.removeEventListener("abort", onAbort);
}
