import { base64Encode } from "@bufbuild/protobuf/wire";

// Node's Buffer is many times faster than a loop; browsers have none.
const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer;

/** Standard base64 (RFC 4648, section 4) with padding. */
export function toBase64(bytes: Uint8Array): string {
  if (NodeBuffer === undefined) return base64Encode(bytes);
  return NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Reads either alphabet, with padding or without; undefined when it is no base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const digits = text.length - padding;
  if (digits % 4 === 1 || (padding > 0 && text.length % 4 !== 0)) return undefined;
  const bytes = new Uint8Array((digits * 3) >> 2);
  if (digits <= loopLimit || NodeBuffer === undefined) return decodeLoop(text, digits, bytes) ? bytes : undefined;
  if (!base64Digits.test(text.slice(0, digits))) return undefined;
  // Written into memory of its own: what Buffer.from returns is a view into a pool that others share.
  NodeBuffer.from(bytes.buffer).write(text, "base64");
  return bytes;
}

/** Below this a loop is faster than Buffer. */
const loopLimit = 128;
const base64Digits = /^[A-Za-z0-9+/_-]*$/;
const sextets = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) {
  sextets["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".charCodeAt(i)] = i;
  sextets["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".charCodeAt(i)] = i;
}

/** Whether all of it is base64. */
function decodeLoop(text: string, digits: number, bytes: Uint8Array): boolean {
  let bits = 0;
  let count = 0;
  let to = 0;
  for (let i = 0; i < digits; i++) {
    const sextet = sextets[text.charCodeAt(i)] ?? -1;
    if (sextet < 0) return false;
    bits = ((bits << 6) | sextet) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[to++] = bits >> count;
    }
  }
  return true;
}

/** Reads either alphabet, padding required, as a query has it. */
export function fromPaddedBase64(text: string): Uint8Array | undefined {
  return text.length % 4 === 0 ? fromBase64(text) : undefined;
}
