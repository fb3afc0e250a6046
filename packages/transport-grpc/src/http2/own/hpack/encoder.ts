import type { RawHeaders } from "../../carrier.ts";
import { DynamicTable, maxTableBytes } from "./dynamic-table.ts";
import { fieldBytes } from "./header-block.ts";
import { huffmanLength, writeHuffman } from "./huffman-encode.ts";
import { type KnownName, KnownNames, nowhere } from "./known-names.ts";
import { firstDynamicIndex } from "./static-table.ts";

interface SentField {
  readonly known: KnownName;
  readonly value: string;
  readonly bytes: number;
}

const nothing = Buffer.alloc(0);
// The most that an integer takes, for lengths and indexes of up to 28 bits.
const integerBytes = 5;
// Up to so many characters a loop is faster than a call out of JavaScript.
const shortString = 40;
const forbidden = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Writes header blocks (RFC 7541). What comes again is put in the dynamic table, so that most blocks of a connection
 * are a few bytes; values that change with every call are not, so that they do not push the others out.
 */
export class HeaderEncoder {
  readonly #names = new KnownNames();
  readonly #table = new DynamicTable<SentField>(forget);
  // The smallest size of the table since the last block, when the next one has to announce it.
  #smallest: number | undefined;
  #out: Buffer = nothing;
  #at = 0;

  /** The other side's SETTINGS_HEADER_TABLE_SIZE; undefined when it did not say. */
  limitTable(bytes: number | undefined): void {
    if (bytes === undefined) return;
    const capacity = Math.min(bytes, maxTableBytes);
    if (capacity === this.#table.capacity) return;
    this.#table.resize(capacity);
    this.#smallest = Math.min(this.#smallest ?? capacity, capacity);
  }

  /** No block of these fields takes more bytes than this. */
  bound(fields: RawHeaders): number {
    // Before the first field there may be two table sizes; before each, the byte that says what it is.
    let bytes = 2 * integerBytes;
    for (let i = 0; i < fields.length; i++) bytes += integerBytes + 1 + (fields[i] as string).length;
    return bytes;
  }

  /**
   * Writes a block and answers where it ends; there has to be room. Throws a TypeError for a field that may not be
   * sent; nothing of the block must be sent then.
   */
  encode(out: Buffer, at: number, fields: RawHeaders): number {
    this.#out = out;
    this.#at = at;
    try {
      if (this.#smallest !== undefined) this.#announceSize(this.#smallest);
      for (let i = 0; i < fields.length; i += 2) this.#write(fields[i] as string, fields[i + 1] as string);
      return this.#at;
    } catch (error) {
      this.#startAgain();
      throw error;
    } finally {
      this.#out = nothing;
    }
  }

  #write(name: string, value: string): void {
    const known = this.#names.get(name);
    if (known === undefined) this.#writeUnknown(name, value);
    else if (known.lastValue === value && this.#writeEntry(known.lastEntry)) known.hit();
    else {
      const entry = known.entries.get(value);
      if (entry === undefined) this.#writeLiteral(known, value);
      else {
        known.lastValue = value;
        known.lastEntry = entry;
        known.hit();
        this.#writeEntry(entry);
      }
    }
  }

  /** False when the entry is in the table no more. */
  #writeEntry(entry: number): boolean {
    if (entry < 0) this.#integer(0x80, 0x7f, -entry);
    else if (entry >= this.#table.oldest) this.#integer(0x80, 0x7f, this.#indexOf(entry));
    else return false;
    return true;
  }

  #writeLiteral(known: KnownName, value: string): void {
    const bytes = fieldBytes(known.name, value);
    const kept = bytes <= this.#table.capacity && known.deserves(value);
    const youngest = known.youngest >= this.#table.oldest ? this.#indexOf(known.youngest) : 0;
    const nameIndex = known.staticIndex > 0 ? known.staticIndex : youngest;
    if (kept) this.#integer(0x40, 0x3f, nameIndex);
    else this.#integer(0x00, 0x0f, nameIndex);
    if (nameIndex === 0) this.#packed(known.name);
    known.lastValue = value;
    known.lastEntry = nowhere;
    if (!kept) this.#plain(value);
    else {
      this.#packed(value);
      const entry = this.#table.next;
      this.#table.insert({ known, value, bytes });
      known.entries.set(value, entry);
      known.youngest = entry;
      known.lastEntry = entry;
    }
  }

  #writeUnknown(name: string, value: string): void {
    this.#integer(0x00, 0x0f, 0);
    this.#plain(name);
    this.#plain(value);
  }

  /** RFC 7541 §4.2: the smallest size that the table had, then the present one. */
  #announceSize(smallest: number): void {
    const { capacity } = this.#table;
    if (smallest < capacity) this.#integer(0x20, 0x1f, smallest);
    this.#integer(0x20, 0x1f, capacity);
    this.#smallest = undefined;
  }

  // The other side never sees what was put in the table, so both begin with an empty one.
  #startAgain(): void {
    this.#table.clear();
    this.#smallest = 0;
  }

  #indexOf(entry: number): number {
    return firstDynamicIndex + this.#table.next - 1 - entry;
  }

  /** An integer (RFC 7541 §5.1) after the flags of its first byte. */
  #integer(flags: number, mask: number, value: number): void {
    const out = this.#out;
    if (value < mask) {
      out[this.#at++] = flags | value;
      return;
    }
    out[this.#at++] = flags | mask;
    let rest = value - mask;
    for (; rest > 0x7f; rest >>>= 7) out[this.#at++] = (rest & 0x7f) | 0x80;
    out[this.#at++] = rest;
  }

  /** A string that is written once and then known: as short as it can be. */
  #packed(text: string): void {
    check(text);
    const length = huffmanLength(text);
    if (length >= text.length) this.#raw(text);
    else {
      this.#integer(0x80, 0x7f, length);
      this.#at = writeHuffman(this.#out, this.#at, text);
    }
  }

  /** A string that is written each time: as cheaply as it can be. */
  #plain(text: string): void {
    check(text);
    this.#raw(text);
  }

  #raw(text: string): void {
    const { length } = text;
    this.#integer(0x00, 0x7f, length);
    const out = this.#out;
    const at = this.#at;
    if (length > shortString) out.write(text, at, "latin1");
    else for (let i = 0; i < length; i++) out[at + i] = text.charCodeAt(i);
    this.#at = at + length;
  }
}

function check(text: string): void {
  if (forbidden.test(text))
    throw new TypeError(`${JSON.stringify(text.slice(0, 64))} has characters that no header of HTTP/2 may have`);
}

function forget({ known, value }: SentField): void {
  known.entries.delete(value);
}
