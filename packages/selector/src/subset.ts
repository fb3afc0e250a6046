import type { Node } from "@kratos-ts/core";
import { keyOf } from "./balancers/members.ts";
import { hash } from "./hash.ts";

export interface SubsetOptions {
  /** How many nodes one client calls. */
  readonly size: number;
  /** What tells this client from others, such as its instance's id: clients of one id have the same nodes. */
  readonly clientId: string;
}

interface Scored {
  readonly node: Node;
  readonly score: number;
}

/**
 * The `size` nodes that score highest for this client (rendezvous hashing): a list that changes by one node changes the
 * subset by one at most. All nodes when there are no more than that.
 */
export function createSubset({ size, clientId }: SubsetOptions): (nodes: readonly Node[]) => readonly Node[] {
  const seed = hash(clientId);
  let scores = new Map<string, number>();
  return (nodes) => {
    if (nodes.length <= size) return nodes;
    const next = new Map<string, number>();
    const scored = nodes.map((node): Scored => {
      const key = keyOf(node);
      const score = scores.get(key) ?? hash(key, seed);
      next.set(key, score);
      return { node, score };
    });
    scores = next;
    return highest(scored, size);
  };
}

function highest(scored: Scored[], size: number): Node[] {
  scored.sort((a, b) => b.score - a.score || (keyOf(a.node) < keyOf(b.node) ? -1 : 1));
  return scored.slice(0, size).map(({ node }) => node);
}
