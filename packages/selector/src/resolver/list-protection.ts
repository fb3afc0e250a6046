import type { ResolverSettings } from "./settings.ts";

/** Whether a list is to be believed: one with far fewer nodes than before must last for a while first. */
export class ListProtection {
  readonly #settings: ResolverSettings["protection"];
  #heldSince: number | undefined;

  constructor(settings: ResolverSettings["protection"]) {
    this.#settings = settings;
  }

  /** For how long the list is to be kept off yet, in ms; 0: take it. */
  holdMs(list: { readonly known: number; readonly offered: number; readonly now: number }): number {
    const { share, holdMs } = this.#settings;
    const { known, offered, now } = list;
    if (known === 0 || offered > known * share) this.#heldSince = undefined;
    else {
      this.#heldSince ??= now;
      const left = this.#heldSince + holdMs - now;
      if (left > 0) return left;
      this.#heldSince = undefined;
    }
    return 0;
  }

  get holding(): boolean {
    return this.#heldSince !== undefined;
  }
}
