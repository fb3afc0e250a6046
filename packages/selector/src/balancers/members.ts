import { errorServiceUnavailable, type KratosError, type Node } from "@kratos-ts/core";

/** What a balancer knows of one node. */
export interface Member {
  node: Node;
}

/** The address by which a node is the same from one list to the next. */
export function keyOf(node: Node): string {
  return `${node.scheme}://${node.address}`;
}

/** The nodes of a balancer, each with what is known of it for as long as it stays. */
export class Members<M extends Member> {
  #list: M[] = [];
  #byKey = new Map<string, M>();
  readonly #create: (node: Node) => M;

  constructor(create: (node: Node) => M) {
    this.#create = create;
  }

  get list(): readonly M[] {
    return this.#list;
  }

  update(nodes: readonly Node[]): void {
    const byKey = new Map<string, M>();
    for (const node of nodes) {
      const key = keyOf(node);
      const known = this.#byKey.get(key);
      if (known !== undefined) known.node = node;
      byKey.set(key, known ?? this.#create(node));
    }
    this.#byKey = byKey;
    this.#list = [...byKey.values()];
  }
}

/** The weight of a node: 100 where its registration has none, and never 0, so that every node is tried at times. */
export function weightOf(node: Node): number {
  const { initialWeight } = node;
  return initialWeight === undefined || !(initialWeight > 0) ? 100 : initialWeight;
}

export function noAvailableNode(): KratosError {
  return errorServiceUnavailable("no_available_node", "no node is available");
}

/** For balancers that learn nothing from how a call ended. */
export function ignoreDone(): void {}
