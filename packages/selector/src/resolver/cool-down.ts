import { KratosError } from "@kratos-ts/core";
import type { ResolverSettings } from "./settings.ts";

interface Failures {
  count: number;
  until: number;
}

/** Which nodes could not be reached, and until when they are left alone. */
export class CoolDown {
  readonly #settings: ResolverSettings["coolDown"];
  readonly #failures = new Map<string, Failures>();

  constructor(settings: ResolverSettings["coolDown"]) {
    this.#settings = settings;
  }

  /** Whether a call that ended well says anything. */
  get knowsFailures(): boolean {
    return this.#failures.size > 0;
  }

  /** Takes the end of a call; whether it changed which nodes are left alone. */
  callEnded(key: string, error: unknown, now: number): boolean {
    if (error === undefined) return this.#reached(key, now);
    return this.#settings.isConnectionFailure(error) && this.#failed(key, now);
  }

  isCooling(key: string, now: number): boolean {
    const failures = this.#failures.get(key);
    return failures !== undefined && failures.until > now;
  }

  /** When the next of them is tried again; undefined when there is none. */
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

  #reached(key: string, now: number): boolean {
    const cooling = this.isCooling(key, now);
    this.#failures.delete(key);
    return cooling;
  }

  #failed(key: string, now: number): boolean {
    // Many calls fail by one broken connection: that is one failure.
    if (this.isCooling(key, now)) return false;
    const { initialMs, maxMs } = this.#settings;
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    this.#failures.set(key, { count, until: now + Math.min(initialMs * 2 ** (count - 1), maxMs) });
    return true;
  }
}

/** A 503 that a transport made of what the network said; one that a service sent has no cause. */
export function isConnectionFailure(error: unknown): boolean {
  const found = KratosError.find(error);
  return found?.code === 503 && found.cause !== undefined && KratosError.find(found.cause) === undefined;
}
