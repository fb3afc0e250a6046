import type { BalancerFactory, Node, PickedNode } from "@kratos-ts/core";
import { atLeast } from "../options.ts";
import { Members, noAvailableNode, weightOf } from "./members.ts";

export interface LeastRequestOptions {
  /** Among how many random nodes the best is looked for; with as many nodes or fewer, among all. Default 5. */
  choices?: number | undefined;
  /** A number in [0, 1). Default `Math.random`. */
  random?: (() => number) | undefined;
}

interface Counted {
  node: Node;
  inflight: number;
}

/** The node with the fewest calls under way for its weight. Throws a RangeError for `choices` below 2. */
export function leastRequest(options: LeastRequestOptions = {}): BalancerFactory {
  const { choices = 5, random = Math.random } = options;
  const settings = { choices: atLeast(2, "leastRequest: choices", choices), random };
  return () => new LeastRequestBalancer(settings);
}

class LeastRequestBalancer {
  readonly #settings: { readonly choices: number; readonly random: () => number };
  readonly #members = new Members<Counted>((node) => ({ node, inflight: 0 }));

  constructor(settings: { readonly choices: number; readonly random: () => number }) {
    this.#settings = settings;
  }

  update(nodes: readonly Node[]): void {
    this.#members.update(nodes);
  }

  pick(): PickedNode {
    const chosen = this.#choose();
    chosen.inflight++;
    let open = true;
    const done = () => {
      if (open) chosen.inflight--;
      open = false;
    };
    return { node: chosen.node, done };
  }

  #choose(): Counted {
    const { choices, random } = this.#settings;
    const { list } = this.#members;
    if (list.length === 0) throw noAvailableNode();
    // Where all are looked at, a random start keeps the first from winning every tie.
    const start = Math.floor(random() * list.length);
    const all = list.length <= choices;
    let best = list[start]!;
    for (let i = 1; i < Math.min(choices, list.length); i++) {
      const other = list[all ? (start + i) % list.length : Math.floor(random() * list.length)]!;
      if (loadOf(other) < loadOf(best)) best = other;
    }
    return best;
  }
}

function loadOf({ node, inflight }: Counted): number {
  return (inflight + 1) / weightOf(node);
}
