import { ByteText } from "../json/byte-text.ts";
import { JsonReader } from "../json/json-reader.ts";
import type { FormKey, FormKeys } from "./form-keys.ts";

const ampersand = 0x26;
const equals = 0x3d;
const percent = 0x25;
const plus = 0x2b;
const semicolon = 0x3b;
/** By byte, whether it stands for itself in a value. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === ampersand || byte === percent || byte === plus || byte === semicolon || byte > 0x7f ? 0 : 1,
);
/** By byte, the value of a hexadecimal digit; 255 for none. */
const hexValues = new Uint8Array(256).fill(255);
for (const [i, digit] of [..."0123456789abcdefABCDEF"].entries()) hexValues[digit.charCodeAt(0)] = i < 16 ? i : i - 6;

/** How much is unescaped at once: all that a string sliced from it keeps alive. */
const room = 8192;
const maxPairs = 256;

// Used for every form: reading one calls nobody who could read another.
const unescaped: Uint8Array & { latin1Slice?(start: number, end: number): string } =
  globalThis.Buffer?.allocUnsafeSlow(room + maxPairs) ?? new Uint8Array(room + maxPairs);
const pairKeys: FormKey[] = [];
const pairEnds = new Uint32Array(maxPairs);
const scalars = new JsonReader(unescaped);
const latin1 = new TextDecoder("latin1");

/**
 * Takes the pairs of a form from bytes, many at a time: their values are unescaped into one piece of memory, which then
 * becomes text in one go. The next key is mostly the one that came next before, so it is compared and neither cut out
 * nor looked up.
 */
export class FormReader {
  /** How many pairs have been taken. */
  count = 0;
  private readonly bytes: Uint8Array;
  private readonly keys: FormKeys;
  private before: FormKey;
  private pos = 0;
  /** Where the next value goes. */
  private to = 0;
  private text = "";
  private raw: ByteText | undefined;

  constructor(bytes: Uint8Array, keys: FormKeys) {
    this.bytes = bytes;
    this.keys = keys;
    this.before = keys.start;
  }

  get atEnd(): boolean {
    return this.pos >= this.bytes.length;
  }

  /** Takes the pairs up to the first odd one, or as many as there is room for. */
  take(): void {
    const { length } = this.bytes;
    this.count = 0;
    this.to = 0;
    while (this.pos < length && this.count < maxPairs) {
      const start = this.pos;
      const key = this.key();
      if (key === undefined || !this.unescape()) {
        this.pos = start;
        break;
      }
      this.before = key;
      pairKeys[this.count] = key;
      pairEnds[this.count++] = this.to;
      unescaped[this.to++] = ampersand;
      this.pos++;
    }
    this.text = unescaped.latin1Slice?.(0, this.to) ?? latin1.decode(unescaped.subarray(0, this.to));
  }

  keyAt(index: number): FormKey {
    return pairKeys[index]!;
  }

  /** The value of a pair that was taken: text, or what a scalar field holds. */
  valueAt(index: number): unknown {
    const start = index === 0 ? 0 : pairEnds[index - 1]! + 1;
    const end = pairEnds[index]!;
    const { readBytes } = pairKeys[index]!.name.leaf;
    if (readBytes !== undefined && end > start) {
      scalars.pos = start;
      const value = readBytes(scalars, end);
      if (value !== undefined) return value;
    }
    return this.text.slice(start, end);
  }

  /** The pair here, whatever it is, still escaped; undefined when it is not ASCII alone. */
  oddPair(): [key: string, value: string] | undefined {
    const { bytes, pos: start } = this;
    let split = -1;
    let end = start;
    for (; end < bytes.length && bytes[end] !== ampersand; end++) {
      if (bytes[end]! > 0x7f) return undefined;
      if (split < 0 && bytes[end] === equals) split = end;
    }
    this.pos = end + 1;
    this.raw ??= new ByteText(bytes);
    if (split < 0) return [this.raw.ascii(start, end), ""];
    return [this.raw.ascii(start, split), this.raw.ascii(split + 1, end)];
  }

  /** The key here and its equals sign; undefined for one that is not known, or has no such sign. */
  private key(): FormKey | undefined {
    const { before } = this;
    if (before.isList && this.takeKey(before)) return before;
    if (before.next !== undefined && this.takeKey(before.next)) return before.next;
    const { bytes, pos: start } = this;
    let end = start;
    while (end < bytes.length && bytes[end] !== equals && bytes[end] !== ampersand && bytes[end]! < 0x80) end++;
    if (bytes[end] !== equals) return undefined;
    this.raw ??= new ByteText(bytes);
    const found = this.keys.find(this.raw.ascii(start, end));
    if (found !== undefined) before.next = found;
    this.pos = end + 1;
    return found;
  }

  private takeKey({ raw }: FormKey): boolean {
    const { bytes, pos } = this;
    if (pos + raw.length > bytes.length) return false;
    for (let i = 0; i < raw.length; i++) if (bytes[pos + i] !== raw[i]) return false;
    this.pos = pos + raw.length;
    return true;
  }

  /** Unescapes the value here; false when it is malformed, not ASCII alone, or too long for the room that is left. */
  private unescape(): boolean {
    const { bytes } = this;
    let { pos: i, to } = this;
    const limit = Math.min(bytes.length, i + room - to);
    for (; i < limit; i++) {
      const byte = bytes[i]!;
      if (plain[byte] === 1) unescaped[to++] = byte;
      else if (byte === percent) {
        if (i + 2 >= bytes.length) return false;
        const code = (hexValues[bytes[i + 1]!]! << 4) | hexValues[bytes[i + 2]!]!;
        // No two digits, or a part of a character beyond ASCII.
        if (code > 0x7f) return false;
        unescaped[to++] = code;
        i += 2;
      } else if (byte === plus) unescaped[to++] = 0x20;
      else if (byte === ampersand) break;
      else return false;
    }
    if (i < bytes.length && bytes[i] !== ampersand) return false;
    this.pos = i;
    this.to = to;
    return true;
  }
}
