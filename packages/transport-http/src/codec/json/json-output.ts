import { toBase64 } from "../text/base64.ts";

/** Up to here a loop is faster than a call of what is built in. */
const longText = 192;
const longBytes = 96;
/** What is kept from one message to the next. */
const keptBytes = 65_536;

// Buffer is faster than TextDecoder; browsers have none.
const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer;
/** What @types/node leaves out of Buffer: toString with less around it. */
interface Sliceable extends Uint8Array {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

const encoder = new TextEncoder();
const utf8 = new TextDecoder();
const digits = encoder.encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const hex = encoder.encode("0123456789abcdef");
const quote = 0x22;
const backslash = 0x5c;
/** By code, the ASCII that stands for itself in a string. */
const plain = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x20 && code !== quote && code !== backslash ? 1 : 0,
);

/** Text that is compiled once and written often: a key, a literal. */
export type Piece = Uint8Array;

/** Only ASCII: of what else is in it, such as a name, JSON has escapes. */
export function pieceOf(text: string): Piece {
  return encoder.encode(text.replace(/[^\x20-\x7e]/g, escapeOf));
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

let spare: JsonOutput | undefined;

/**
 * JSON being written, as UTF-8 in memory that is used again: a string put together of as many parts would be copied
 * part by part once more when it is sent.
 */
export class JsonOutput {
  bytes: Uint8Array = allocate(4096);
  pos = 0;
  private ascii = true;

  static take(): JsonOutput {
    const output = spare ?? new JsonOutput();
    // A getter of what is written may write something itself.
    spare = undefined;
    return output;
  }

  /** What has been written. The output is another's from now on. */
  finish(): string {
    const { bytes, pos, ascii } = this;
    this.pos = 0;
    this.ascii = true;
    if (bytes.length <= keptBytes) spare = this;
    if (NodeBuffer === undefined) return utf8.decode(bytes.subarray(0, pos));
    return ascii ? (bytes as Sliceable).latin1Slice(0, pos) : (bytes as Sliceable).utf8Slice(0, pos);
  }

  private reserve(size: number): void {
    if (this.pos + size > this.bytes.length) this.grow(size);
  }

  private grow(size: number): void {
    const grown = allocate(Math.max(this.bytes.length * 2, this.pos + size));
    grown.set(this.bytes.subarray(0, this.pos));
    this.bytes = grown;
  }

  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.pos++] = byte;
  }

  piece(piece: Piece): void {
    this.reserve(piece.length);
    const { bytes, pos } = this;
    for (let i = 0; i < piece.length; i++) bytes[pos + i] = piece[i]!;
    this.pos = pos + piece.length;
  }

  /** A string in quotes, behind a piece that ends with the first of them. */
  string(open: Piece, text: string): void {
    if (text.length > longText) {
      this.piece(open);
      this.longString(text);
      return;
    }
    // An escape has six characters at most.
    this.reserve(open.length + text.length * 6 + 1);
    const { bytes } = this;
    let { pos } = this;
    for (let i = 0; i < open.length; i++) bytes[pos++] = open[i]!;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x80 && plain[code] === 1) bytes[pos++] = code;
      else pos = this.special(text, i, pos);
    }
    bytes[pos] = quote;
    this.pos = pos + 1;
  }

  /** A character that has an escape, or is beyond ASCII; where the next one goes. */
  private special(text: string, i: number, at: number): number {
    const { bytes } = this;
    const code = text.charCodeAt(i);
    if (code < 0x80) return putEscape(bytes, at, code);
    this.ascii = false;
    if (isLow(code) && isHigh(text.charCodeAt(i - 1))) return at;
    if (isHigh(code) && isLow(text.charCodeAt(i + 1))) return putPair(bytes, at, text.codePointAt(i)!);
    return putCharacter(bytes, at, code);
  }

  private longString(text: string): void {
    // Half of a surrogate pair has no UTF-8, and peers refuse it: the replacement character stands for it, as in binary.
    this.text(JSON.stringify(text.toWellFormed()).slice(1));
  }

  /** Text as it is. */
  text(text: string): void {
    const { length } = text;
    if (length > longText) {
      this.reserve(length * 3);
      const { written } = encoder.encodeInto(text, this.bytes.subarray(this.pos));
      this.pos += written;
      if (written !== length) this.ascii = false;
    } else this.shortText(text);
  }

  private shortText(text: string): void {
    this.reserve(text.length * 3);
    const { bytes } = this;
    let { pos } = this;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x80) bytes[pos++] = code;
      else pos = this.special(text, i, pos);
    }
    this.pos = pos;
  }

  /** A whole number that a double holds exactly. */
  integer(value: number): void {
    this.reserve(17);
    const { bytes } = this;
    if (value < 0) bytes[this.pos++] = 0x2d;
    let rest = Math.abs(value);
    let end = this.pos + 1;
    for (let limit = 10; limit <= rest; limit *= 10) end++;
    this.pos = end;
    while (rest > 0x7fff_ffff) {
      const tens = Math.floor(rest / 10);
      bytes[--end] = 0x30 + (rest - tens * 10);
      rest = tens;
    }
    let small = rest | 0;
    do {
      const tens = (small / 10) | 0;
      bytes[--end] = 0x30 + (small - tens * 10);
      small = tens;
    } while (small > 0);
  }

  /** Standard base64 with padding. */
  base64(data: Uint8Array): void {
    const { length } = data;
    if (length > longBytes) {
      this.text(toBase64(data));
      return;
    }
    this.reserve(length * 2 + 4);
    const { bytes } = this;
    let { pos } = this;
    for (let i = 0; i < length; i += 3) {
      const bits = (data[i]! << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
      bytes[pos++] = digits[bits >> 18]!;
      bytes[pos++] = digits[(bits >> 12) & 63]!;
      bytes[pos++] = i + 1 < length ? digits[(bits >> 6) & 63]! : padding;
      bytes[pos++] = i + 2 < length ? digits[bits & 63]! : padding;
    }
    this.pos = pos;
  }
}

function allocate(size: number): Uint8Array {
  // Not from the pool, which what is kept would keep.
  return NodeBuffer === undefined ? new Uint8Array(size) : NodeBuffer.allocUnsafeSlow(size);
}

const padding = 0x3d;
/** Control characters, and the others, that have an escape of two characters, by code. */
const shortEscapes: Readonly<Record<number, number>> = {
  8: 0x62,
  9: 0x74,
  10: 0x6e,
  12: 0x66,
  13: 0x72,
  [quote]: quote,
  [backslash]: backslash,
};

function putEscape(bytes: Uint8Array, at: number, code: number): number {
  bytes[at] = backslash;
  const short = shortEscapes[code];
  bytes[at + 1] = short ?? 0x75;
  if (short !== undefined) return at + 2;
  bytes[at + 2] = 0x30;
  bytes[at + 3] = 0x30;
  bytes[at + 4] = hex[code >> 4]!;
  bytes[at + 5] = hex[code & 15]!;
  return at + 6;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}

function putPair(bytes: Uint8Array, at: number, point: number): number {
  bytes[at] = 0xf0 | (point >> 18);
  bytes[at + 1] = 0x80 | ((point >> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((point >> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (point & 0x3f);
  return at + 4;
}

/** A character of the basic plane from U+0080 on; half of a surrogate pair as the replacement character. */
function putCharacter(bytes: Uint8Array, at: number, given: number): number {
  const code = given >= 0xd800 && given < 0xe000 ? 0xfffd : given;
  if (code < 0x800) {
    bytes[at] = 0xc0 | (code >> 6);
    bytes[at + 1] = 0x80 | (code & 0x3f);
    return at + 2;
  }
  bytes[at] = 0xe0 | (code >> 12);
  bytes[at + 1] = 0x80 | ((code >> 6) & 0x3f);
  bytes[at + 2] = 0x80 | (code & 0x3f);
  return at + 3;
}
