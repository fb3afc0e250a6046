import { CallContext, type Context, type Node } from "@kratos-ts/core";

export const ctx: Context = new CallContext({});

/** A gRPC node of the service shop. */
export function nodeAt(address: string, more: Partial<Node> = {}): Node {
  const plain = { scheme: "grpc", serviceName: "shop", version: "v1", initialWeight: undefined, metadata: {} };
  return { ...plain, address, ...more };
}

export function nodesAt(count: number): Node[] {
  return Array.from({ length: count }, (_, i) => nodeAt(`10.0.${i >> 8}.${i & 255}:9000`));
}

/** Random numbers in [0, 1) that are the same for the same seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** How often each node is picked. */
export function countPicks(pick: () => Node, picks: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < picks; i++) {
    const { address } = pick();
    counts[address] = (counts[address] ?? 0) + 1;
  }
  return counts;
}
