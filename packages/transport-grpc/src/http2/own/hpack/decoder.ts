import { ConnectionError } from "../connection-error.ts";
import { BlockCache } from "./block-cache.ts";
import { DynamicTable, maxTableBytes } from "./dynamic-table.ts";
import { isValue, kindOf } from "./field-rules.ts";
import { type Field, fieldBytes, HeaderBlock } from "./header-block.ts";
import { readHuffman } from "./huffman-decode.ts";
import { firstDynamicIndex, staticFields } from "./static-table.ts";

const nothing = Buffer.alloc(0);
const staticEntries: ReadonlyArray<Field | undefined> = [
  undefined,
  ...staticFields.map(([name, value]) => makeField(name, value)),
];

/** Reads header blocks (RFC 7541). All blocks of a connection must go through it, in their order. */
export class HeaderDecoder {
  readonly #table = new DynamicTable<Field>();
  readonly #cache = new BlockCache();
  readonly #maxListBytes: number;
  // With each change of the table, since the same bytes then mean something else.
  #generation = 0;
  #bytes: Buffer = nothing;
  #at = 0;
  #end = 0;

  /** Of a block that is larger than `maxListBytes` (RFC 9113 §6.5.2) not all fields are kept. */
  constructor(maxListBytes: number) {
    this.#maxListBytes = maxListBytes;
  }

  /** Throws a ConnectionError COMPRESSION_ERROR for bytes that are no header block. */
  decode(bytes: Buffer, start: number, end: number): HeaderBlock {
    const known = this.#cache.find(this.#generation, bytes, start, end);
    if (known !== undefined) return known;
    const before = this.#generation;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#readSizeUpdates();
    const block = new HeaderBlock();
    while (this.#at < end) block.add(this.#readField(), this.#maxListBytes);
    // The connection's last chunk of input must not live as long as the connection.
    this.#bytes = nothing;
    if (this.#generation === before) this.#cache.keep(before, block, bytes.subarray(start, end));
    return block;
  }

  /** Dynamic table size updates, which come at the beginning of a block only (RFC 7541 §4.2). */
  #readSizeUpdates(): void {
    while (this.#at < this.#end && ((this.#bytes[this.#at] as number) & 0xe0) === 0x20) {
      const capacity = this.#readInteger(0x1f);
      if (capacity > maxTableBytes) throw broken(`a table of ${capacity} bytes was not offered`);
      this.#table.resize(capacity);
      this.#generation++;
    }
  }

  #readField(): Field {
    const first = this.#bytes[this.#at] as number;
    if ((first & 0x80) !== 0) return this.#entry(this.#readInteger(0x7f));
    if ((first & 0xe0) === 0x20) throw broken("a table size update comes after fields");
    const indexing = (first & 0x40) !== 0;
    const index = this.#readInteger(indexing ? 0x3f : 0x0f);
    const name = index === 0 ? this.#readString() : this.#entry(index).name;
    const field = makeField(name, this.#readString());
    if (indexing) {
      this.#table.insert(field);
      this.#generation++;
    }
    return field;
  }

  #entry(index: number): Field {
    const entry = index < firstDynamicIndex ? staticEntries[index] : this.#table.get(index - firstDynamicIndex);
    if (entry === undefined) throw broken(`there is no field with the index ${index}`);
    return entry;
  }

  /** An integer (RFC 7541 §5.1) whose first byte has it in the bits of `mask`. */
  #readInteger(mask: number): number {
    let value = this.#readByte() & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      if (shift > 21) throw broken("an integer is too large");
      const byte = this.#readByte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  #readString(): string {
    const huffman = ((this.#bytes[this.#at] as number) & 0x80) !== 0;
    const length = this.#readInteger(0x7f);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) throw broken("a string is cut short");
    this.#at = end;
    if (!huffman) return this.#bytes.toString("latin1", start, end);
    const text = readHuffman(this.#bytes, start, end);
    if (text === undefined) throw broken("a string is no Huffman code");
    return text;
  }

  #readByte(): number {
    if (this.#at >= this.#end) throw broken("a header block is cut short");
    return this.#bytes[this.#at++] as number;
  }
}

function makeField(name: string, value: string): Field {
  return { name, value, bytes: fieldBytes(name, value), kind: kindOf(name), valid: isValue(value) };
}

function broken(what: string): ConnectionError {
  return new ConnectionError("COMPRESSION_ERROR", what);
}
