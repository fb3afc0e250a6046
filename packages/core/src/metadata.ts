import { type ContextKey, createContextKey } from "./context-key.ts";

/**
 * Key-values that travel with a call beside its message: keys in lower case, each with a list of values. Unlike
 * headers, `get` gives the first value alone, and nothing is joined by commas.
 */
export class Metadata {
  readonly #values = new Map<string, string[]>();

  constructor(
    init?:
      | Iterable<readonly [string, string | readonly string[]]>
      | Readonly<Record<string, string | readonly string[]>>,
  ) {
    if (init === undefined) return;
    const pairs = Symbol.iterator in init ? init : Object.entries(init);
    for (const [key, value] of pairs) this.append(key, ...(typeof value === "string" ? [value] : value));
  }

  /** The first value of a key. */
  get(key: string): string | undefined {
    return this.#values.get(key.toLowerCase())?.[0];
  }

  getAll(key: string): readonly string[] {
    return this.#values.get(key.toLowerCase()) ?? [];
  }

  /** Replaces every value of a key; with none the key is gone. */
  set(key: string, ...values: string[]): this {
    if (values.length === 0) this.delete(key);
    else this.#values.set(key.toLowerCase(), values);
    return this;
  }

  append(key: string, ...values: string[]): this {
    return this.set(key, ...this.getAll(key), ...values);
  }

  delete(key: string): boolean {
    return this.#values.delete(key.toLowerCase());
  }

  clone(): Metadata {
    return new Metadata(this);
  }

  get size(): number {
    return this.#values.size;
  }

  [Symbol.iterator](): IterableIterator<[string, readonly string[]]> {
    return this.#values.entries();
  }
}

/** The metadata that a server received with the call. Default: none. */
export const serverMetadataKey: ContextKey<Metadata | undefined> = createContextKey<Metadata | undefined>(undefined, {
  description: "server metadata",
});

/** The metadata that client calls made in this context send. Default: none. */
export const clientMetadataKey: ContextKey<Metadata | undefined> = createContextKey<Metadata | undefined>(undefined, {
  description: "client metadata",
});
