const size = 1_000;

/**
 * The streams that we have reset lately: what still comes for them was sent before their client knew (RFC 9113 §5.1),
 * while a frame for any other that has ended is a fault.
 */
export class ResetMemory {
  readonly #ids = new Set<number>();
  #forgotten = 0;

  add(id: number): void {
    this.#ids.add(id);
    if (this.#ids.size <= size) return;
    const [oldest] = this.#ids;
    this.#ids.delete(oldest as number);
    this.#forgotten = Math.max(this.#forgotten, oldest as number);
  }

  /** Whether it was reset, or may have been: of those before the oldest that is known nothing can be said. */
  mayHold(id: number): boolean {
    return id <= this.#forgotten || this.#ids.has(id);
  }
}
