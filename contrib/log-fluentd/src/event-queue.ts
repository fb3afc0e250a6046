import type { FluentdEvent } from "./event.ts";

/** Events that wait, up to a number of bytes. */
export class EventQueue {
  readonly #maxBytes: number;
  #events: FluentdEvent[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#events.length;
  }

  /** False when there is no room. */
  push(event: FluentdEvent): boolean {
    if (this.#bytes + event.bytes.length > this.#maxBytes) return false;
    this.#events.push(event);
    this.#bytes += event.bytes.length;
    return true;
  }

  /** The first events of one tag, in all no longer than `maxBytes`, but one at least. They stay. */
  first(maxBytes: number): readonly FluentdEvent[] {
    let bytes = 0;
    let count = 0;
    for (const event of this.#events) {
      bytes += event.bytes.length;
      if (count > 0 && (bytes > maxBytes || event.tag !== this.#events[0]?.tag)) break;
      count++;
    }
    return this.#events.slice(0, count);
  }

  remove(count: number): void {
    for (const event of this.#events.splice(0, count)) this.#bytes -= event.bytes.length;
  }
}
