import { KratosError, type Node } from "@kratos-ts/core";
import { keyOf } from "../balancers/members.ts";
import type { ResolverSettings } from "./settings.ts";

interface Failures {
  readonly count: number;
  /** When it is tried again. */
  readonly until: number;
  /** Of the attempt to connect that stands between it and calls. */
  probe: "due" | "running" | "passed";
}

export interface CoolDownOptions {
  readonly settings: ResolverSettings["coolDown"];
  readonly now: () => number;
  /** It is known whether a node can be reached again. */
  onProbed(): void;
}

/** Which nodes could not be reached, and are left alone until they are tried and can be: no call is lost by trying. */
export class CoolDown {
  readonly #options: CoolDownOptions;
  readonly #failures = new Map<string, Failures>();
  readonly #closing = new AbortController();

  constructor(options: CoolDownOptions) {
    this.#options = options;
  }

  /** Whether a call that ended well says anything. */
  get knowsFailures(): boolean {
    return this.#failures.size > 0;
  }

  /** Takes the end of a call; whether it changed which nodes are left alone. */
  callEnded(key: string, error: unknown): boolean {
    if (error === undefined) return this.#reached(key);
    return this.#options.settings.isConnectionFailure(error) && this.#failed(key);
  }

  isCooling(key: string): boolean {
    const failures = this.#failures.get(key);
    return failures !== undefined && failures.probe !== "passed";
  }

  /** Tries those of the nodes whose time has come. */
  probe(nodes: readonly Node[], now: number): void {
    if (this.#failures.size === 0) return;
    for (const node of nodes) {
      const failures = this.#failures.get(keyOf(node));
      if (failures?.probe === "due" && failures.until <= now) void this.#probe(node, failures);
    }
  }

  /** When the next of them is to be tried; undefined when there is none. */
  nextEnd(now: number): number | undefined {
    let next: number | undefined;
    for (const { until } of this.#failures.values())
      if (until > now && (next === undefined || until < next)) next = until;
    return next;
  }

  /** Forgets nodes that are gone. */
  keep(isKnown: (key: string) => boolean): void {
    for (const key of this.#failures.keys()) if (!isKnown(key)) this.#failures.delete(key);
  }

  /** Ends what is being tried. */
  close(): void {
    this.#closing.abort();
  }

  async #probe(node: Node, failures: Failures): Promise<void> {
    const { settings, onProbed } = this.#options;
    failures.probe = "running";
    const passed = await settings.probe(node, this.#closing.signal).then(
      () => true,
      () => false,
    );
    // A call got through meanwhile, or the node is gone.
    if (this.#closing.signal.aborted || this.#failures.get(keyOf(node)) !== failures) return;
    if (passed) failures.probe = "passed";
    else this.#rest(keyOf(node), failures.count + 1);
    onProbed();
  }

  #reached(key: string): boolean {
    const cooling = this.isCooling(key);
    this.#failures.delete(key);
    return cooling;
  }

  #failed(key: string): boolean {
    // Many calls fail by one broken connection: that is one failure.
    if (this.isCooling(key)) return false;
    this.#rest(key, (this.#failures.get(key)?.count ?? 0) + 1);
    return true;
  }

  #rest(key: string, count: number): void {
    const { settings, now } = this.#options;
    const ms = Math.min(settings.initialMs * 2 ** (count - 1), settings.maxMs);
    this.#failures.set(key, { count, until: now() + ms, probe: "due" });
  }
}

/** A 503 that a transport made of what the network said; one that a service sent has no cause. */
export function isConnectionFailure(error: unknown): boolean {
  const found = KratosError.find(error);
  return found?.code === 503 && found.cause !== undefined && KratosError.find(found.cause) === undefined;
}
