import type { DescMessage } from "@bufbuild/protobuf";
import { ByteText } from "../json/byte-text.ts";
import type { MessageRecord } from "../message-factory.ts";
import { QueryReading } from "./decode-query.ts";
import { type FormKey, FormKeys } from "./form-keys.ts";

const ampersand = 0x26;
const equals = 0x3d;
const percent = 0x25;
const plus = 0x2b;
const semicolon = 0x3b;
/** By byte, whether it means something else than itself in a value. */
const special = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === percent || byte === plus || byte === semicolon || byte > 0x7f ? 1 : 0,
);
/** By byte, the value of a hexadecimal digit; 255 for none. */
const hexValues = new Uint8Array(256).fill(255);
for (const [i, digit] of [..."0123456789abcdefABCDEF"].entries()) hexValues[digit.charCodeAt(0)] = i < 16 ? i : i - 6;

/** Sets what a form says in a message; false when it has bytes beyond ASCII, and has to be read as text. */
export type DecodeForm = (message: MessageRecord, bytes: Uint8Array) => boolean;

/**
 * Reads forms straight from bytes: the next key is mostly the one that came next before, so it is compared and neither
 * cut out nor looked up.
 */
export function formDecoder(desc: DescMessage): DecodeForm {
  const keys = new FormKeys(desc);
  return (message, bytes) => {
    const reader = new FormReader(bytes);
    const reading = new QueryReading(true);
    let key = keys.start;
    while (reader.pos < bytes.length) {
      const start = reader.pos;
      const found = reader.key(key, keys);
      const from = reader.pos;
      const value = reader.value();
      if (reader.beyondAscii) return false;
      if (found !== undefined && value !== undefined) reading.setNamed(message, found.name, value);
      else if (reader.pos > start) reading.setPair(desc, message, reader.keyText(start, from), reader.text(from));
      key = found ?? key;
      reader.pos++;
    }
    return true;
  };
}

class FormReader {
  pos = 0;
  beyondAscii = false;
  private readonly bytes: Uint8Array;
  private readonly ascii: ByteText;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.ascii = new ByteText(bytes);
  }

  /** The key here and its equals sign; undefined for one that `keys` does not know, or that has no such sign. */
  key(before: FormKey, keys: FormKeys): FormKey | undefined {
    const likely = before.next;
    if (likely !== undefined && this.take(likely.raw)) return likely;
    const { bytes, pos: start } = this;
    let end = start;
    for (; end < bytes.length && bytes[end] !== equals && bytes[end] !== ampersand; end++)
      if (bytes[end]! > 0x7f) this.beyondAscii = true;
    this.pos = end;
    if (bytes[end] !== equals || this.beyondAscii) return undefined;
    this.pos++;
    const found = keys.find(this.ascii.ascii(start, end));
    if (found !== undefined) before.next = found;
    return found;
  }

  private take(piece: Uint8Array): boolean {
    const { bytes, pos } = this;
    for (let i = 0; i < piece.length; i++) if (bytes[pos + i] !== piece[i]) return false;
    this.pos = pos + piece.length;
    return true;
  }

  /** The value here, unescaped; undefined when it is not ASCII alone, or malformed. */
  value(): string | undefined {
    const { bytes, pos: start } = this;
    let escapes = 0;
    let end = start;
    for (; end < bytes.length; end++) {
      const byte = bytes[end]!;
      if (byte === ampersand) break;
      if (special[byte] === 0) continue;
      escapes++;
      if (byte > 0x7f) this.beyondAscii = true;
    }
    this.pos = end;
    if (escapes === 0) return this.ascii.ascii(start, end);
    return this.beyondAscii ? undefined : this.unescape(start, end);
  }

  private unescape(start: number, end: number): string | undefined {
    const { bytes } = this;
    const unescaped = end - start > scratch.length ? new Uint8Array(end - start) : scratch;
    let to = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === semicolon) return undefined;
      if (byte === plus) unescaped[to++] = 0x20;
      else if (byte !== percent) unescaped[to++] = byte;
      else {
        const code = (hexValues[bytes[i + 1] ?? 0]! << 4) | hexValues[bytes[i + 2] ?? 0]!;
        // No two digits, or a part of a character beyond ASCII.
        if (code > 0x7f || i + 2 >= end) return undefined;
        unescaped[to++] = code;
        i += 2;
      }
    }
    return asciiText(unescaped, to);
  }

  /** The text from there up to here. */
  text(start: number): string {
    return this.ascii.ascii(start, this.pos);
  }

  /** The text of a key, without the equals sign that may have ended it. */
  keyText(start: number, end: number): string {
    return this.ascii.ascii(start, end > start && this.bytes[end - 1] === equals ? end - 1 : end);
  }
}

// Buffer is faster than TextDecoder; browsers have none.
const scratch: Uint8Array & { latin1Slice?(start: number, end: number): string } =
  globalThis.Buffer?.allocUnsafeSlow(512) ?? new Uint8Array(512);
const latin1 = new TextDecoder("latin1");

function asciiText(bytes: typeof scratch, length: number): string {
  return bytes.latin1Slice?.(0, length) ?? latin1.decode(bytes.subarray(0, length));
}
