import type { ConfigKeyValue, ConfigSource } from "@kratos-ts/core";

const encode = (text: string) => new TextEncoder().encode(text);

/** A source whose JSON a test changes. */
export class FakeSource implements ConfigSource {
  readonly name: string;
  watches = 0;
  #json: string;
  #failure: Error | undefined;
  readonly #wakers = new Set<() => void>();

  constructor(value: unknown, name = "fake") {
    this.name = name;
    this.#json = textOf(value);
  }

  /** Changes what it holds; a string is taken as it is. */
  set(value: unknown): void {
    this.#json = textOf(value);
    this.#wake();
  }

  /** Breaks the watches that are open. */
  break(failure: Error): void {
    this.#failure = failure;
    this.#wake();
    this.#failure = undefined;
  }

  /** Changes what it holds, and tells nobody. */
  setSilently(value: unknown): void {
    this.#json = textOf(value);
  }

  async load(): Promise<ConfigKeyValue[]> {
    return [{ key: "config.json", value: encode(this.#json), format: "json" }];
  }

  async *watch({ signal }: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<ConfigKeyValue[]> {
    this.watches++;
    const queue: (Error | string)[] = [];
    let wake = () => {};
    const onChange = () => {
      queue.push(this.#failure ?? this.#json);
      wake();
    };
    const onAbort = () => wake();
    this.#wakers.add(onChange);
    signal?.addEventListener("abort", onAbort);
    try {
      while (!signal?.aborted) {
        const next = queue.shift();
        if (next instanceof Error) throw next;
        if (next !== undefined) yield [{ key: "config.json", value: encode(next), format: "json" }];
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#wakers.delete(onChange);
    }
  }

  get open(): number {
    return this.#wakers.size;
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
