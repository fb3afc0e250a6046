import { type BalancerFactory, now as clock, type DoneInfo, type Node, type PickedNode } from "@kratos-ts/core";
import { atLeast } from "../options.ts";
import { EwmaNode, isNodeFailure } from "./ewma.ts";
import { Members, noAvailableNode } from "./members.ts";

export interface P2cOptions {
  /** After how long without a call a node that others are preferred to is called once, in ms, to learn of it. Default 3000. */
  forcePickMs?: number | undefined;
  /** Whether an error speaks against the node. Default: 503, 504, and errors that are no KratosError. */
  isFailure?: ((error: unknown) => boolean) | undefined;
  /** The time in ms. Default: core's `now`. */
  now?: (() => number) | undefined;
  /** A number in [0, 1). Default `Math.random`. */
  random?: (() => number) | undefined;
}

// In a service that is hardly called nobody has been picked for long: then the better node is still to be preferred.
const passesBeforeForce = 10;

// Between nodes that differ by less, chance decides: else what is left of an old difference, or noise, would decide all.
const tolerance = 1.2;

/**
 * The better of two random nodes (power of two choices), by moving averages of latency and success, calls under way, and
 * weight. The default, and right for most. Throws a RangeError for a `forcePickMs` that is no positive number.
 *
 * @see Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, https://doi.org/10.1109/71.963420
 */
export function p2c(options: P2cOptions = {}): BalancerFactory {
  const { forcePickMs = 3000, isFailure = isNodeFailure, now = clock, random = Math.random } = options;
  const settings = { forcePickMs: atLeast(1, "p2c: forcePickMs", forcePickMs), isFailure, now, random };
  return () => new P2cBalancer(settings);
}

type Settings = { readonly [K in keyof P2cOptions]-?: NonNullable<P2cOptions[K]> };

class P2cBalancer {
  readonly #settings: Settings;
  readonly #members: Members<EwmaNode>;
  // Of all nodes: what a new one is taken for.
  #usualLagMs = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#members = new Members((node) => new EwmaNode(node, settings.now()));
  }

  update(nodes: readonly Node[]): void {
    this.#members.update(nodes);
  }

  pick(): PickedNode {
    const now = this.#settings.now();
    const chosen = this.#choose(now);
    chosen.begin(now);
    return new P2cPick(chosen, now, this);
  }

  ended(chosen: EwmaNode, startedAt: number, info: DoneInfo): void {
    const { now, isFailure } = this.#settings;
    chosen.end({ startedAt, now: now(), error: info.error, isFailure });
    if (chosen.lagMs !== undefined) this.#usualLagMs += (chosen.lagMs - this.#usualLagMs) / 16;
  }

  #choose(now: number): EwmaNode {
    const { random, forcePickMs } = this.#settings;
    const { list } = this.#members;
    const { length } = list;
    if (length === 0) throw noAvailableNode();
    if (length === 1) return list[0]!;
    const a = Math.floor(random() * length);
    const b = Math.floor(random() * (length - 1));
    let better = list[a]!;
    let other = list[b >= a ? b + 1 : b]!;
    const usualLagMs = this.#usualLagMs;
    if (other.score(now, usualLagMs) > better.score(now, usualLagMs) * tolerance) [better, other] = [other, better];
    if (++other.passedOver >= passesBeforeForce && now - other.lastPick > forcePickMs) return other;
    return better;
  }
}

class P2cPick implements PickedNode {
  readonly node: Node;
  readonly #member: EwmaNode;
  readonly #startedAt: number;
  #balancer: P2cBalancer | undefined;

  constructor(member: EwmaNode, startedAt: number, balancer: P2cBalancer) {
    this.node = member.node;
    this.#member = member;
    this.#startedAt = startedAt;
    this.#balancer = balancer;
  }

  done(info: DoneInfo): void {
    const balancer = this.#balancer;
    this.#balancer = undefined;
    balancer?.ended(this.#member, this.#startedAt, info);
  }
}
