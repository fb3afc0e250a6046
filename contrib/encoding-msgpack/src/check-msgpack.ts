import { isUtf8 } from "node:buffer";
import { msgpackError } from "./msgpack-error.ts";

/**
 * Goes through a body before anything is allocated for it: one value, no deeper than allowed, no length beyond its end,
 * no extension, strings in UTF-8, keys that are text, numbers or booleans. The decoder believes the lengths it reads, so
 * that five bytes can cost it gigabytes. Returns the number of all entries of all maps. Throws a KratosError 400 `CODEC`.
 */
export function checkMsgpack(bytes: Uint8Array, maxDepth: number): number {
  const walk = new Walk(bytes);
  // How many values are left in each open array or map. Of a map, keys count as well.
  const left: number[] = [1];
  const isMap: boolean[] = [false];
  let entries = 0;
  while (left.length > 0) {
    const top = left.length - 1;
    if (left[top] === 0) {
      left.pop();
      isMap.pop();
      continue;
    }
    const isKey = isMap[top]! && left[top]! % 2 === 0;
    left[top]!--;
    const inner = walk.next(isKey);
    if (inner < 0) continue;
    if (left.length > maxDepth)
      throw msgpackError({ at: walk.start, expected: `at most ${maxDepth} arrays and maps within each other` });
    left.push(inner);
    isMap.push(walk.inMap);
    if (walk.inMap) entries += inner / 2;
  }
  if (walk.at < bytes.length) throw msgpackError({ at: walk.at, expected: "the end of the body" });
  return entries;
}

const scalar = -1;
const sizes = [1, 2, 4, 8];

/** Steps from one value to the next. */
class Walk {
  /** Where the value began that was last stepped over. */
  start = 0;
  at = 0;
  inMap = false;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Steps over a scalar, or into an array or map: then it gives the number of values in it. */
  next(isKey: boolean): number {
    this.start = this.at;
    const head = this.bytes[this.at];
    if (head === undefined) throw msgpackError({ at: this.at, expected: "a value", got: "the end of the body" });
    this.at++;
    if (isKey && !isKeyHead(head))
      throw msgpackError({ at: this.start, expected: "a key that is a string, an integer or a boolean" });
    if (head < 0x80 || head >= 0xe0) return scalar;
    if (head < 0x90) return this.items(head & 0x0f, true);
    if (head < 0xa0) return this.items(head & 0x0f, false);
    if (head < 0xc0) return this.text(head & 0x1f, isKey);
    return this.long(head, isKey);
  }

  private long(head: number, isKey: boolean): number {
    switch (head) {
      case 0xc0: // nil
      case 0xc2: // false
      case 0xc3: // true
        return scalar;
      case 0xc4: // binary
      case 0xc5:
      case 0xc6:
        return this.skip(this.length(sizes[head - 0xc4]!));
      case 0xca: // floats
      case 0xcb:
        return this.skip(sizes[head - 0xc8]!);
      case 0xcc: // unsigned integers
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.skip(sizes[head - 0xcc]!);
      case 0xd0: // integers
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return this.skip(sizes[head - 0xd0]!);
      case 0xd9: // strings
      case 0xda:
      case 0xdb:
        return this.text(this.length(sizes[head - 0xd9]!), isKey);
      case 0xdc: // arrays
      case 0xdd:
        return this.items(this.length(sizes[head - 0xdb]!), false);
      case 0xde: // maps
      case 0xdf:
        return this.items(this.length(sizes[head - 0xdd]!), true);
      default: // 0xc1 is no type, the others are extensions
        throw msgpackError({ at: this.start, expected: "no extension type", got: `0x${head.toString(16)}` });
    }
  }

  private items(length: number, inMap: boolean): number {
    const values = inMap ? 2 * length : length;
    // A value takes a byte at least.
    this.need(values);
    this.inMap = inMap;
    return values;
  }

  private text(length: number, isKey: boolean): number {
    const begin = this.at;
    this.skip(length);
    const text = this.bytes.subarray(begin, this.at);
    if (!isUtf8(text)) throw msgpackError({ at: this.start, expected: "a string in UTF-8" });
    // The decoder does not take it, as it would set the prototype.
    if (isKey && length === 9 && Buffer.from(text.buffer, text.byteOffset, 9).toString("latin1") === "__proto__")
      throw msgpackError({ at: this.start, expected: "another key than __proto__" });
    return scalar;
  }

  private length(size: number): number {
    const { view, at } = this;
    this.skip(size);
    return size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at) : view.getUint32(at);
  }

  private skip(size: number): typeof scalar {
    this.need(size);
    this.at += size;
    return scalar;
  }

  private need(size: number): void {
    const left = this.bytes.length - this.at;
    if (size > left)
      throw msgpackError({ at: this.start, expected: `${size} more bytes`, got: `the end of the body after ${left}` });
  }
}

function isKeyHead(head: number): boolean {
  const isInteger = head < 0x80 || head >= 0xe0 || (head >= 0xcc && head <= 0xd3);
  const isString = (head >= 0xa0 && head < 0xc0) || (head >= 0xd9 && head <= 0xdb);
  return isInteger || isString || head === 0xc2 || head === 0xc3;
}
