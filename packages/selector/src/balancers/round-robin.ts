import type { BalancerFactory, Node, PickedNode } from "@kratos-ts/core";
import { ignoreDone, noAvailableNode } from "./members.ts";

export interface RoundRobinOptions {
  /** A number in [0, 1), for where to begin: clients that start together should not all call the same node. Default `Math.random`. */
  random?: (() => number) | undefined;
}

/** One node after the other; weights do not count. */
export function roundRobin(options: RoundRobinOptions = {}): BalancerFactory {
  const { random = Math.random } = options;
  return () => {
    let nodes: readonly Node[] = [];
    let turn = Math.floor(random() * 0x8000_0000);
    return {
      update(list) {
        nodes = list;
      },
      pick(): PickedNode {
        if (nodes.length === 0) throw noAvailableNode();
        turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
        return { node: nodes[turn % nodes.length]!, done: ignoreDone };
      },
    };
  };
}
