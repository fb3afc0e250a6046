import type { Context } from "./context.ts";

/** One address that can be called. */
export interface Node {
  /** `grpc`, `grpcs`, `http` or `https`. */
  readonly scheme: string;
  /** `host:port`. */
  readonly address: string;
  readonly serviceName: string;
  readonly version: string;
  /** From `metadata.weight`; undefined where the instance has none (balancers take 100). */
  readonly initialWeight: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** How a call ended, for the balancer to learn from. */
export interface DoneInfo {
  readonly error?: unknown;
}

/** A node chosen for one call. `done` is to be called once, when the call has ended. */
export interface PickedNode {
  readonly node: Node;
  done(info: DoneInfo): void;
}

/** Chooses among the nodes of one target. */
export interface Balancer {
  /** Replaces the nodes; a node that stays keeps what is known of it (same scheme and address). */
  update(nodes: readonly Node[]): void;
  /** Throws 503 `no_available_node` when there is none. */
  pick(ctx: Context): PickedNode;
}

/** Makes the balancer of one target: `p2c()`, `wrr()`, … return one. */
export type BalancerFactory = () => Balancer;

export interface ResolveOptions {
  /** Which endpoints of the instances to take: `grpc` or `http`. */
  readonly scheme: string;
  /** Takes their secure form (`grpcs`, `https`). Default false. */
  readonly secure?: boolean | undefined;
}

/** The live nodes behind one target; closed when its client closes. */
export interface NodePicker extends AsyncDisposable {
  /** Waits for the first list of nodes, up to the context's deadline; throws 503 `NODE_NOT_FOUND` when there is none. */
  pick(ctx: Context): PickedNode | Promise<PickedNode>;
}

/** Turns `discovery:///name` into nodes: `createResolver` of @kratos-ts/selector makes one. */
export interface Resolver {
  resolve(target: string, options: ResolveOptions): NodePicker;
}
