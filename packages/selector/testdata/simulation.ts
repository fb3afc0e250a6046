import type { Balancer, BalancerFactory, Node, PickedNode } from "@kratos-ts/core";
import { ctx, seeded } from "./nodes.ts";

/** How a node answers at a moment. */
export interface Answer {
  readonly ms: number;
  readonly error?: unknown;
}

export interface SimulationOptions {
  readonly nodes: readonly Node[];
  readonly balancer: (env: { now: () => number; random: () => number }) => BalancerFactory;
  /** Calls per second; they come at random times. */
  readonly rate: number;
  readonly seed?: number;
  readonly answer: (node: Node, now: number) => Answer;
}

interface Ending {
  readonly at: number;
  readonly picked: PickedNode;
  readonly error: unknown;
}

/** Calls over simulated time: the same for the same seed, and no clock is waited for. */
export class Simulation {
  now = 0;
  readonly balancer: Balancer;
  readonly #options: SimulationOptions;
  readonly #random: () => number;
  // Sorted by time.
  readonly #endings: Ending[] = [];

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = seeded(options.seed ?? 1);
    this.balancer = options.balancer({ now: () => this.now, random: this.#random })();
    this.balancer.update(options.nodes);
  }

  /** Lets that many seconds pass, and counts the calls of each node. */
  run(seconds: number): Map<string, number> {
    const counts = new Map<string, number>(this.#options.nodes.map(({ address }) => [address, 0]));
    const end = this.now + seconds * 1000;
    let next = this.now;
    for (;;) {
      next += (-Math.log(1 - this.#random()) * 1000) / this.#options.rate;
      this.#endCalls(Math.min(next, end));
      if (next >= end) return counts;
      this.now = next;
      const { address } = this.#call();
      counts.set(address, (counts.get(address) ?? 0) + 1);
    }
  }

  #call(): Node {
    const picked = this.balancer.pick(ctx);
    const { ms, error } = this.#options.answer(picked.node, this.now);
    const ending = { at: this.now + ms, picked, error };
    let i = this.#endings.length;
    while (i > 0 && this.#endings[i - 1]!.at > ending.at) i--;
    this.#endings.splice(i, 0, ending);
    return picked.node;
  }

  #endCalls(until: number): void {
    while (this.#endings.length > 0 && this.#endings[0]!.at <= until) {
      const { at, picked, error } = this.#endings.shift()!;
      this.now = at;
      picked.done({ error });
    }
    this.now = until;
  }
}

/** A node's calls, as a share of what all would have in equal parts. */
export function fairShare(counts: ReadonlyMap<string, number>, address: string): number {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return ((counts.get(address) ?? 0) * counts.size) / all;
}
