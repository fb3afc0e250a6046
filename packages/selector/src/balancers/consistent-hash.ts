import type { BalancerFactory, Context, ContextKey, Node, PickedNode } from "@kratos-ts/core";
import { hash, mix } from "../hash.ts";
import { ignoreDone, keyOf, type Member, Members, noAvailableNode } from "./members.ts";

export interface ConsistentHashOptions {
  /** What calls are told apart by, such as a user's id; calls without it go to random nodes. */
  key: ContextKey<string | undefined> | ((ctx: Context) => string | undefined);
  /** A number in [0, 1). Default `Math.random`. */
  random?: (() => number) | undefined;
}

interface Point extends Member {
  readonly position: number;
}

// The busiest node then has about 5 % more keys than the mean.
const probes = 21;

const ring = 2 ** 32;

/**
 * The same node for the same key, for as long as it is there; when a node goes, only its keys move. Weights do not count.
 *
 * @see Appleton and O'Reilly, Multi-probe consistent hashing, https://arxiv.org/abs/1505.00062
 */
export function consistentHash(options: ConsistentHashOptions): BalancerFactory {
  const { key, random = Math.random } = options;
  const keyOfCall = typeof key === "function" ? key : (ctx: Context) => ctx.get(key);
  return () => new ConsistentHash(keyOfCall, random);
}

class ConsistentHash {
  readonly #keyOfCall: (ctx: Context) => string | undefined;
  readonly #random: () => number;
  readonly #members = new Members<Point>((node) => ({ node, position: hash(keyOf(node)) }));
  // In the order of their positions on a ring of 2^32.
  #points: readonly Point[] = [];
  #positions = new Uint32Array();
  // For each stretch of the ring its first point: with as many stretches as points, a search takes a step or two.
  #stretches = new Uint32Array();

  constructor(keyOfCall: (ctx: Context) => string | undefined, random: () => number) {
    this.#keyOfCall = keyOfCall;
    this.#random = random;
  }

  update(nodes: readonly Node[]): void {
    this.#members.update(nodes);
    // Those that share a position are in the same order for every client.
    this.#points = [...this.#members.list].sort(
      (a, b) => a.position - b.position || (keyOf(a.node) < keyOf(b.node) ? -1 : 1),
    );
    this.#positions = Uint32Array.from(this.#points, ({ position }) => position);
    const { length } = this.#points;
    let first = 0;
    this.#stretches = Uint32Array.from(this.#points, (_, i) => {
      while (first < length && this.#positions[first]! < (i / length) * ring) first++;
      return first;
    });
  }

  pick(ctx: Context): PickedNode {
    const { length } = this.#points;
    if (length === 0) throw noAvailableNode();
    const key = this.#keyOfCall(ctx);
    const at = key === undefined ? Math.floor(this.#random() * length) : this.#nearest(hash(key));
    return { node: this.#points[at]!.node, done: ignoreDone };
  }

  /** The point that lies closest behind one of the probes. */
  #nearest(key: number): number {
    let best = 0;
    let bestDistance = Number.POSITIVE_INFINITY;
    let probe = key;
    for (let i = 0; i < probes; i++) {
      const at = this.#following(probe);
      const distance = (this.#positions[at]! - probe) >>> 0;
      if (distance < bestDistance) {
        best = at;
        bestDistance = distance;
      }
      probe = mix(probe + 0x9e3779b9);
    }
    return best;
  }

  #following(position: number): number {
    const { length } = this.#positions;
    let at = this.#stretches[Math.floor((position / ring) * length)]!;
    while (at < length && this.#positions[at]! < position) at++;
    return at === length ? 0 : at;
  }
}
