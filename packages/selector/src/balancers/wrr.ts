import type { BalancerFactory, Node, PickedNode } from "@kratos-ts/core";
import { ignoreDone, type Member, Members, noAvailableNode, weightOf } from "./members.ts";

interface Scheduled extends Member {
  /** When its turn is, in a time in which a node of weight 1 has one turn per unit. */
  due: number;
  /** Settles whose turn it is among those that are due together. */
  order: number;
}

/**
 * Turns by weight, spread evenly: a node of weight 200 has two turns while one of weight 100 has one, with others
 * between. Earliest deadline first, so that a pick takes logarithmic time.
 */
export function wrr(): BalancerFactory {
  return () => new WeightedRoundRobin();
}

class WeightedRoundRobin {
  #now = 0;
  #orders = 0;
  // A binary heap, the earliest at the top.
  #heap: Scheduled[] = [];
  // The first turn comes after half a period: nodes of a high weight are not all ahead of the others.
  readonly #members = new Members<Scheduled>((node) => ({
    node,
    due: this.#now + 0.5 / weightOf(node),
    order: this.#orders++,
  }));

  update(nodes: readonly Node[]): void {
    this.#members.update(nodes);
    this.#heap = [...this.#members.list];
    // A node whose weight rose need not wait for the turn of its lower weight.
    for (const member of this.#heap) member.due = Math.min(member.due, this.#now + 1 / weightOf(member.node));
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  pick(): PickedNode {
    const first = this.#heap[0];
    if (first === undefined) throw noAvailableNode();
    this.#now = first.due;
    first.due += 1 / weightOf(first.node);
    this.#sink(0);
    return { node: first.node, done: ignoreDone };
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const moved = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, moved)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moved;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
