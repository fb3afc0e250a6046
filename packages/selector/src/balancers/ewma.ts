import { KratosError, type Node } from "@kratos-ts/core";
import { weightOf } from "./members.ts";

/** How long a sample counts, in ms: after this its share is 1/e. */
const tauMs = 600;

// Makes small differences between fast nodes, such as those of zones, count little.
const lagFloorMs = 5;

// A node whose calls all fail still has a weight, so that failing nodes can be told apart.
const leastSuccess = 0.001;

/**
 * What is known of a node by its calls: moving averages of latency and success that forget by time, and the calls under
 * way (https://github.com/go-kratos/aegis; peak EWMA, https://linkerd.io/2016/03/16/beyond-round-robin-load-balancing-for-latency).
 */
export class EwmaNode {
  node: Node;
  lastPick: number;
  /** How often another was preferred since this one was last picked. */
  passedOver = 0;
  #lagMs: number | undefined;
  #success = 1;
  // When the first call ended; those that began before it had to wait for a connection as well.
  #connectedAt: number | undefined;
  #stamp = 0;
  #inflight = 0;
  // With their number it gives the mean age of the calls under way, at no cost per call.
  #sumOfStarts = 0;

  constructor(node: Node, now: number) {
    this.node = node;
    this.lastPick = now;
  }

  get lagMs(): number | undefined {
    return this.#lagMs;
  }

  /** How well it is to be called now: the more the better. `unknownLagMs` is assumed while nothing is known. */
  score(now: number, unknownLagMs: number): number {
    const inflight = this.#inflight;
    // A node that answers nothing any more shows by how long its calls have been waiting.
    const waitingMs = inflight === 0 ? 0 : now - this.#sumOfStarts / inflight;
    const lagMs = Math.max(this.#lagMs ?? unknownLagMs, waitingMs);
    const load = Math.sqrt(lagMs + lagFloorMs) * (inflight + 1);
    return (Math.max(this.#success, leastSuccess) * weightOf(this.node)) / load;
  }

  begin(now: number): void {
    this.lastPick = now;
    this.passedOver = 0;
    this.#inflight++;
    this.#sumOfStarts += now;
  }

  end(call: { startedAt: number; now: number; error: unknown; isFailure: (error: unknown) => boolean }): void {
    const { startedAt, now, error } = call;
    this.#inflight--;
    this.#sumOfStarts = this.#inflight === 0 ? 0 : this.#sumOfStarts - startedAt;
    const lagMs = Math.max(now - startedAt, 0);
    // A call that its caller gave up says no more than that it took longer.
    if (isGivenUp(error) && lagMs < (this.#lagMs ?? Number.POSITIVE_INFINITY)) return;
    const isFirst = this.#connectedAt === undefined;
    this.#connectedAt ??= now;
    const weight = isFirst ? 0 : Math.exp(-Math.max(now - this.#stamp, 0) / tauMs);
    this.#stamp = now;
    const success = error !== undefined && call.isFailure(error) ? 0 : 1;
    this.#success = this.#success * weight + success * (1 - weight);
    if (isFirst || startedAt < this.#connectedAt) return;
    this.#lagMs = this.#lagMs === undefined ? lagMs : this.#lagMs * weight + lagMs * (1 - weight);
  }
}

function isGivenUp(error: unknown): boolean {
  return error !== undefined && KratosError.find(error)?.code === 499;
}

/** Whether an error speaks against the node: 503, 504, and whatever is no error of a service. */
export function isNodeFailure(error: unknown): boolean {
  const found = KratosError.find(error);
  return found === undefined || found.code === 503 || found.code === 504;
}
