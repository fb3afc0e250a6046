import type { Node } from "@kratos-ts/core";
import { keyOf, weightOf } from "../balancers/members.ts";

// Fewer would be noticed as jumps, and less than that share is no call to warm up by.
const steps = 10;

/** Gives nodes that came later a weight that grows: caches, pools and compilers of a fresh process are cold. */
export class WarmUp {
  readonly #ms: number;
  #joined = new Map<string, number>();
  #started = false;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** The nodes with the weights that they have now, and how long those hold: undefined when all are warm. */
  apply(nodes: readonly Node[], now: number): { nodes: readonly Node[]; forMs: number | undefined } {
    const joined = new Map<string, number>();
    let warming = false;
    const weighted = nodes.map((node) => {
      const key = keyOf(node);
      // All are cold to a client that has just started: there is nobody to spare them.
      const since = this.#joined.get(key) ?? (this.#started ? now : Number.NEGATIVE_INFINITY);
      joined.set(key, since);
      const share = Math.max(1, Math.ceil(((now - since) / this.#ms) * steps)) / steps;
      if (!(share < 1)) return node;
      warming = true;
      return { ...node, initialWeight: weightOf(node) * share };
    });
    this.#joined = joined;
    this.#started ||= nodes.length > 0;
    return { nodes: weighted, forMs: warming ? this.#ms / steps : undefined };
  }
}
