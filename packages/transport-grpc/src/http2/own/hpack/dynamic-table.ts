/** What counts in a table's size (RFC 7541 §4.1). */
export interface TableEntry {
  readonly bytes: number;
}

/** What each field costs in a table, and in a header list, beside its name and value. */
export const fieldOverhead = 32;
/** The largest table that either side of ours keeps: the default of SETTINGS_HEADER_TABLE_SIZE. */
export const maxTableBytes = 4096;
const slots = maxTableBytes / fieldOverhead;

/** A dynamic table (RFC 7541 §2.3.2): first in, first out, bounded by bytes. */
export class DynamicTable<E extends TableEntry> {
  /** The number that the next entry gets: they are counted from 1 on, and keep their numbers. */
  next = 1;
  length = 0;
  bytes = 0;
  capacity: number = maxTableBytes;
  readonly #ring: Array<E | undefined> = new Array(slots).fill(undefined);
  readonly #onEvict: ((entry: E) => void) | undefined;

  constructor(onEvict?: (entry: E) => void) {
    this.#onEvict = onEvict;
  }

  /** The number of the oldest entry that is left. */
  get oldest(): number {
    return this.next - this.length;
  }

  /** The entry that came `back` insertions ago, 0 for the last. */
  get(back: number): E | undefined {
    if (back >= this.length) return undefined;
    return this.#ring[(this.next - 1 - back) % slots];
  }

  /** One that is larger than the table empties it and is not kept (RFC 7541 §4.4). */
  insert(entry: E): void {
    this.#evictTo(this.capacity - entry.bytes);
    if (entry.bytes > this.capacity) return;
    this.#ring[this.next++ % slots] = entry;
    this.length++;
    this.bytes += entry.bytes;
  }

  resize(capacity: number): void {
    this.capacity = capacity;
    this.#evictTo(capacity);
  }

  clear(): void {
    this.#evictTo(0);
  }

  #evictTo(bytes: number): void {
    while (this.length > 0 && this.bytes > bytes) {
      const slot = this.oldest % slots;
      const entry = this.#ring[slot] as E;
      this.#ring[slot] = undefined;
      this.length--;
      this.bytes -= entry.bytes;
      this.#onEvict?.(entry);
    }
  }
}
