import type { BalancerFactory, Node, PickedNode } from "@kratos-ts/core";

/** A call to one node that failed; the caller may have had others made for it. */
export interface FailedAttempt {
  /** `host:port` */
  readonly address: string;
  /** By `performance.now()`. */
  readonly startedAt: number;
}

/** The same balancer, which tells where the attempts that failed had gone, and when they had begun. */
export function tellingBalancer(create: BalancerFactory, onFailure: (failed: FailedAttempt) => void): BalancerFactory {
  return () => {
    const balancer = create();
    return {
      update: (nodes) => balancer.update(nodes),
      pick: (ctx) => told(balancer.pick(ctx), onFailure),
    };
  };
}

function told(picked: PickedNode, onFailure: (failed: FailedAttempt) => void): PickedNode {
  const node: Node = picked.node;
  const startedAt = performance.now();
  return {
    node,
    done(info) {
      picked.done(info);
      if (info.error !== undefined) onFailure({ address: node.address, startedAt });
    },
  };
}
