import type { BalancerFactory, Node, PickedNode } from "@kratos-ts/core";
import { ignoreDone, noAvailableNode, weightOf } from "./members.ts";

export interface RandomOptions {
  /** A number in [0, 1). Default `Math.random`. */
  random?: (() => number) | undefined;
}

/** Any node, each with a chance by its weight. */
export function random(options: RandomOptions = {}): BalancerFactory {
  const { random = Math.random } = options;
  return () => new RandomBalancer(random);
}

class RandomBalancer {
  readonly #random: () => number;
  #nodes: readonly Node[] = [];
  // The sum of the weights up to and with each node.
  #sums = new Float64Array();

  constructor(random: () => number) {
    this.#random = random;
  }

  update(nodes: readonly Node[]): void {
    let sum = 0;
    this.#nodes = nodes;
    this.#sums = Float64Array.from(nodes, (node) => {
      sum += weightOf(node);
      return sum;
    });
  }

  pick(): PickedNode {
    const { length } = this.#nodes;
    if (length === 0) throw noAvailableNode();
    const at = this.#random() * this.#sums[length - 1]!;
    let [low, high] = [0, length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sums[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return { node: this.#nodes[low]!, done: ignoreDone };
  }
}
