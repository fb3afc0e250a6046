const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;
const maxUint64 = 2n ** 64n - 1n;

export function isInt32(value: bigint): boolean {
  return value === BigInt.asIntN(32, value);
}

export function isUint32(value: bigint): boolean {
  return value === BigInt.asUintN(32, value);
}

export function isInt64(value: bigint): boolean {
  return value >= minInt64 && value <= maxInt64;
}

export function isUint64(value: bigint): boolean {
  return value >= 0n && value <= maxUint64;
}

const cell = new DataView(new ArrayBuffer(8));
const twoTo32 = 2 ** 32;

/**
 * The whole number `head * scale + tail`, where head is one that a double holds exactly and scale at most 10,000; it has
 * to have 64 bits at most. BigInt(head) leaves compiled code, which takes ten times as long.
 */
export function bigintOf(head: number, scale: number = 1, tail: number = 0): bigint {
  const high = Math.floor(head / twoTo32);
  const low = (head - high * twoTo32) * scale + tail;
  const carry = Math.floor(low / twoTo32);
  cell.setUint32(0, high * scale + carry);
  cell.setUint32(4, low - carry * twoTo32);
  return head < 0 ? cell.getBigInt64(0) : cell.getBigUint64(0);
}

/**
 * A JSON number as a whole one, `-12e3` as `-12000`; undefined when it has a fraction, or more digits than any 64-bit
 * integer.
 */
export function wholeNumber(text: string): bigint | undefined {
  if (/^-?\d{1,20}$/.test(text)) return BigInt(text);
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction.replace(/0+$/, "")).replace(/^0+/, "");
  if (digits === "") return 0n;
  const shift = Number(exponent) - fraction.replace(/0+$/, "").length;
  const zeros = digits.length - digits.replace(/0+$/, "").length;
  if (shift < -zeros || digits.length + shift > 20) return undefined;
  const all = shift < 0 ? digits.slice(0, shift) : digits + "0".repeat(shift);
  return BigInt(sign + all);
}
