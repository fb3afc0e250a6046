import type { ConfigKeyValue } from "@kratos-ts/core";
import type { SourceContent } from "./resolve.ts";

type Make<S> = (contents: readonly SourceContent[], current: S | undefined) => Promise<S>;

interface Listener<S> {
  accepted(result: S): void;
  refused(error: unknown): void;
}

/**
 * What the sources hold: what was accepted of each, and what is newer. What is refused waits, since it may be right
 * together with what another source brings later.
 */
export class SourceContents<S> {
  #accepted: readonly SourceContent[];
  #current: S | undefined;
  #listener: Listener<S> | undefined;
  readonly #newer = new Map<number, readonly ConfigKeyValue[]>();
  readonly #make: Make<S>;
  // The sources that changed since the last attempt, and whether one is under way: attempts never overlap.
  readonly #untried = new Set<number>();
  #trying = false;

  constructor(initial: readonly SourceContent[], make: Make<S>) {
    this.#accepted = initial;
    this.#make = make;
  }

  async first(): Promise<S> {
    this.#current = await this.#make(this.#accepted, undefined);
    return this.#current;
  }

  listen(listener: Listener<S>): void {
    this.#listener = listener;
  }

  update(index: number, keyValues: readonly ConfigKeyValue[]): void {
    this.#newer.set(index, keyValues);
    this.#untried.add(index);
    if (!this.#trying) void this.#tryAll();
  }

  async #tryAll(): Promise<void> {
    this.#trying = true;
    while (this.#untried.size > 0) {
      const changed = [...this.#untried];
      this.#untried.clear();
      await this.#try(changed);
    }
    this.#trying = false;
  }

  async #try(changed: readonly number[]): Promise<void> {
    try {
      await this.#accept([...this.#newer.keys()]);
    } catch (error) {
      const alone = changed.length < this.#newer.size && (await this.#acceptAlone(changed));
      if (!alone) this.#listener?.refused(error);
    }
  }

  /** Without what was refused before. */
  async #acceptAlone(changed: readonly number[]): Promise<boolean> {
    try {
      await this.#accept(changed);
      return true;
    } catch {
      return false;
    }
  }

  async #accept(indexes: readonly number[]): Promise<void> {
    const taken = new Map(indexes.map((index) => [index, this.#newer.get(index)]));
    const candidate = this.#accepted.map((content, i) => ({
      ...content,
      keyValues: taken.get(i) ?? content.keyValues,
    }));
    const result = await this.#make(candidate, this.#current);
    this.#accepted = candidate;
    // What came meanwhile stays.
    for (const [index, keyValues] of taken) if (this.#newer.get(index) === keyValues) this.#newer.delete(index);
    if (result === this.#current) return;
    this.#current = result;
    this.#listener?.accepted(result);
  }
}
