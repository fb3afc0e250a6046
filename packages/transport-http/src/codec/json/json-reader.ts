import { bigintOf } from "../text/integer-text.ts";
import { ByteText } from "./byte-text.ts";
import { jsonFault } from "./json-fault.ts";

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const quoteByte: number = quote;

/** As deep as messages go: what is read by recursion, here and by all who will handle the message. */
const maxDepth = 1000;
/** As deep as unknown values go, which are left out without recursion: the limit of Go's protojson. */
const maxSkippedDepth = 10_000;
const powersOfTen = Array.from({ length: 16 }, (_, i) => 10 ** i);
const numberSyntax = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Reads JSON (RFC 8259) token by token, straight from UTF-8 bytes: the caller's schema says what is to come, so no
 * object is built that isn't wanted, no digit of an integer is lost, and a key given twice is seen.
 */
export class JsonReader {
  readonly bytes: Uint8Array;
  pos = 0;
  /** How many `google.protobuf.Any` are being read within each other. */
  anys = 0;
  private depth = 0;
  private depthLimit = maxDepth;
  private readonly text: ByteText;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.text = new ByteText(bytes);
  }

  /** The first byte of the next token; 0 at the end. */
  peek(): number {
    const { bytes } = this;
    while (this.pos < bytes.length) {
      const byte = bytes[this.pos]!;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return byte;
      this.pos++;
    }
    return 0;
  }

  fail(expected: string, at: number = this.pos): never {
    throw jsonFault(at, expected);
  }

  /** Enters an object or array; whether there is anything in it. When there isn't it has been left. */
  enter(open: number, expected: string): boolean {
    if (this.peek() !== open) this.fail(expected);
    if (++this.depth > this.depthLimit) this.fail(`no more than ${this.depthLimit} levels`);
    this.pos++;
    // The closing byte comes two after the opening one for both kinds.
    if (this.peek() !== open + 2) return true;
    this.leave();
    return false;
  }

  /** After an entry: whether another follows. When none does the object or array has been left. */
  next(open: number): boolean {
    const byte = this.peek();
    if (byte === comma) {
      this.pos++;
      return true;
    }
    if (byte !== open + 2) this.fail(open === openBrace ? "a comma or }" : "a comma or ]");
    this.leave();
    return false;
  }

  private leave(): void {
    this.depth--;
    this.pos++;
  }

  /** Takes these bytes if they are the next. */
  take(expected: Uint8Array): boolean {
    const { bytes, pos } = this;
    for (let i = 0; i < expected.length; i++) if (bytes[pos + i] !== expected[i]) return false;
    this.pos = pos + expected.length;
    return true;
  }

  /** The key of an entry, without the colon. */
  key(): string {
    return this.string("a field name in quotes");
  }

  colon(): void {
    if (this.peek() !== colon) this.fail("a colon");
    this.pos++;
  }

  /** Takes `null` if it is the next. */
  isNull(): boolean {
    return this.peek() === 0x6e && this.literal(nullBytes);
  }

  boolean(): boolean {
    const byte = this.peek();
    if (byte === 0x74) return this.literal(trueBytes);
    if (byte === 0x66) return !this.literal(falseBytes);
    return this.fail("true or false");
  }

  private literal(word: Uint8Array): boolean {
    return this.take(word) || this.fail("a JSON value");
  }

  string(expected: string): string {
    if (this.peek() !== quote) this.fail(expected);
    const { bytes } = this;
    const start = this.pos + 1;
    let end = start;
    let all = 0;
    let escapes = 0;
    for (; end < bytes.length; end++) {
      const byte = bytes[end]!;
      if (byte === quote || byte < 0x20) break;
      all |= byte;
      if (byte === backslash) {
        escapes++;
        end++;
      }
    }
    if (all < 0x80 && bytes[end] === quote) {
      this.pos = end + 1;
      return escapes === 0 ? this.text.ascii(start, end) : this.unescape(this.text.ascii(start - 1, end + 1), start);
    }
    return this.hardString(start);
  }

  /** A string with characters beyond ASCII, or none at all. */
  private hardString(start: number): string {
    const end = this.endOfString(start);
    this.pos = end + 1;
    const text = this.text.utf8(start, end) ?? this.fail("valid UTF-8", start - 1);
    return text.includes("\\") ? this.unescape(`"${text}"`, start) : text;
  }

  private unescape(quoted: string, start: number): string {
    const unescaped = unescapeJson(quoted) ?? this.fail("valid escapes in the string", start - 1);
    // Only an escape can name half of a surrogate pair: UTF-8 has none.
    return unescaped.isWellFormed() ? unescaped : this.fail("no lone surrogate in the string", start - 1);
  }

  private endOfString(from: number): number {
    const { bytes } = this;
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (byte === quote) return i;
      if (byte === backslash) i++;
      else if (byte < 0x20) this.fail("control characters in a string to be escaped", i);
    }
    return this.fail("the string to end", bytes.length);
  }

  /** An integer of at most 15 digits, right here, or NaN and nothing taken when it is anything else. */
  shortInteger(): number {
    const { bytes } = this;
    const negative = bytes[this.pos] === minus;
    const start = negative ? this.pos + 1 : this.pos;
    let value = 0;
    let i = start;
    for (; i < bytes.length; i++) {
      const digit = bytes[i]! - zero;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const digits = i - start;
    if (digits === 0 || digits > 15 || (bytes[start] === zero && digits > 1)) return Number.NaN;
    if (i < bytes.length && (bytes[i] === dot || (bytes[i]! | 0x20) === 0x65)) return Number.NaN;
    this.pos = i;
    return negative ? 0 - value : value;
  }

  /** An integer of at most 19 digits, right here, or undefined and nothing taken when it is anything else. */
  integer(): bigint | undefined {
    const { bytes, pos: before } = this;
    const short = this.shortInteger();
    if (!Number.isNaN(short)) return bigintOf(short);
    const start = bytes[before] === minus ? before + 1 : before;
    let end = start;
    let head = 0;
    let tail = 0;
    for (; end < bytes.length; end++) {
      const digit = bytes[end]! - zero;
      if (digit < 0 || digit > 9) break;
      if (end - start < 15) head = head * 10 + digit;
      else tail = tail * 10 + digit;
    }
    const digits = end - start;
    if (digits < 16 || digits > 19 || bytes[start] === zero || isNumberByte(bytes[end] ?? 0)) return undefined;
    this.pos = end;
    const value = bigintOf(head, powersOfTen[digits - 15], tail);
    return start === before ? value : -value;
  }

  /** A decimal number of at most 15 digits, right here, or NaN and nothing taken when it is anything else. */
  shortDecimal(): number {
    const { bytes } = this;
    const negative = bytes[this.pos] === minus;
    const start = negative ? this.pos + 1 : this.pos;
    let value = 0;
    let point = -1;
    let i = start;
    for (; i < bytes.length; i++) {
      const digit = bytes[i]! - zero;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (bytes[i] === dot && point < 0 && i > start) point = i;
      else break;
    }
    const fraction = point < 0 ? 0 : i - point - 1;
    const digits = i - start - (point < 0 ? 0 : 1);
    if (digits === 0 || digits > 15 || (point >= 0 && fraction === 0)) return Number.NaN;
    if (bytes[start] === zero && digits - fraction > 1) return Number.NaN;
    if (i < bytes.length && (bytes[i]! | 0x20) === 0x65) return Number.NaN;
    this.pos = i;
    // Exact: both are whole numbers below 2^53, so the quotient is rounded once.
    const magnitude = fraction === 0 ? value : value / powersOfTen[fraction]!;
    return negative ? -magnitude : magnitude;
  }

  /** The text of a number, or of one in quotes, where `quoted` says that it may be. */
  numberText(expected: string, quoted: boolean): string {
    const byte = this.peek();
    const start = this.pos;
    const text = quoted && byte === quote ? this.string(expected) : this.numberToken();
    return numberSyntax.test(text) ? text : this.fail(expected, start);
  }

  private numberToken(): string {
    const { bytes } = this;
    const start = this.pos;
    let end = start;
    while (end < bytes.length && isNumberByte(bytes[end]!)) end++;
    this.pos = end;
    return this.text.ascii(start, end);
  }

  /** Leaves out a value, whatever it is. */
  skipValue(): void {
    this.depthLimit = maxSkippedDepth;
    const open: number[] = [];
    do {
      const byte = this.peek();
      if (byte === openBrace || byte === openBracket) {
        if (this.enter(byte, "a JSON value")) {
          open.push(byte);
          if (byte === openBrace) this.skipKey();
          continue;
        }
      } else this.skipScalar(byte);
      while (open.length > 0 && !this.next(open.at(-1)!)) open.pop();
      if (open.at(-1) === openBrace) this.skipKey();
    } while (open.length > 0);
    this.depthLimit = maxDepth;
  }

  private skipKey(): void {
    this.key();
    this.colon();
  }

  private skipScalar(byte: number): void {
    if (byte === quote) this.string("a string");
    else if (byte === 0x6e) this.literal(nullBytes);
    else if (byte === 0x74 || byte === 0x66) this.boolean();
    else this.numberText("a JSON value", false);
  }

  /** Nothing may follow. */
  end(): void {
    if (this.peek() !== 0 || this.pos < this.bytes.length) this.fail("nothing after the JSON value");
  }
}

const encoder = new TextEncoder();
const nullBytes = encoder.encode("null");
const trueBytes = encoder.encode("true");
const falseBytes = encoder.encode("false");

function isNumberByte(byte: number): boolean {
  return (byte >= zero && byte <= 0x39) || byte === minus || byte === dot || byte === 0x2b || (byte | 0x20) === 0x65;
}

function unescapeJson(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}
