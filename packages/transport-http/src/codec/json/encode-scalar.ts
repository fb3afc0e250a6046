import { type DescEnum, type DescField, ScalarType } from "@bufbuild/protobuf";
import { toBase64 } from "../text/base64.ts";
import { formatFloat32 } from "../text/float-text.ts";
import { isInt64, isUint64 } from "../text/integer-text.ts";

/** Writes one value, as a field of a message holds it, as JSON behind the text that it was compiled with. */
export type WriteValue = (value: unknown) => string;

/** The JSON of a string. */
export function quoteJson(text: string): string {
  return needsEscape.test(text) ? escapeJson(text) : `"${text}"`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has these escaped
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

function escapeJson(text: string): string {
  // Half of a surrogate pair has no UTF-8, and peers refuse it: the replacement character stands for it, as in binary.
  return JSON.stringify(text.toWellFormed());
}

/** `prefix` is what precedes each value, such as a key: joined once here, not for every value. */
export function scalarWriter(field: DescField, scalar: ScalarType, prefix: string): WriteValue {
  switch (scalar) {
    case ScalarType.STRING:
      return stringWriter(field, prefix);
    case ScalarType.BOOL:
      return boolWriter(field, prefix);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return (value) => (((value as number) | 0) === value ? prefix + value : refuse(field, "a 32-bit integer", value));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return (value) =>
        (value as number) >>> 0 === value ? prefix + value : refuse(field, "an unsigned 32-bit integer", value);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return longWriter(field, prefix, isInt64);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return longWriter(field, prefix, isUint64);
    case ScalarType.FLOAT:
      return numberWriter(field, prefix, formatFloat32);
    case ScalarType.DOUBLE:
      return numberWriter(field, prefix, String);
    case ScalarType.BYTES:
      return (value) => `${prefix}"${toBase64(bytesOf(field, value))}"`;
  }
}

function stringWriter(field: DescField, prefix: string): WriteValue {
  const open = `${prefix}"`;
  return (value) => {
    if (typeof value !== "string") return refuse(field, "a string", value);
    return needsEscape.test(value) ? prefix + escapeJson(value) : `${open}${value}"`;
  };
}

function boolWriter(field: DescField, prefix: string): WriteValue {
  const yes = `${prefix}true`;
  const no = `${prefix}false`;
  return (value) => (value === true ? yes : value === false ? no : refuse(field, "a boolean", value));
}

function numberWriter(field: DescField, prefix: string, format: (value: number) => string): WriteValue {
  return (value) => {
    if (typeof value !== "number") return refuse(field, "a number", value);
    if (!Number.isFinite(value)) return `${prefix}"${value}"`;
    return value === 0 ? prefix + zeroText(value) : prefix + format(value);
  };
}

/** JavaScript writes the negative zero without its sign. */
export function zeroText(value: number): string {
  return Object.is(value, -0) ? "-0" : "0";
}

function longWriter(field: DescField, prefix: string, fits: (value: bigint) => boolean): WriteValue {
  const open = `${prefix}"`;
  return (value) => {
    const integer = integerOf(field, value);
    return fits(integer) ? `${open}${integer}"` : refuse(field, "an integer of 64 bits", value);
  };
}

/** A 64-bit integer in any of the forms that protobuf-es holds it in. */
export function integerOf(field: DescField, value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  return refuse(field, "a 64-bit integer", value);
}

export function bytesOf(field: DescField, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  // An init may hold an array of numbers: create() takes it too.
  return Array.isArray(value) ? Uint8Array.from(value) : refuse(field, "a Uint8Array", value);
}

export function enumWriter(field: DescField, desc: DescEnum, prefix: string): WriteValue {
  const isNull = desc.typeName === "google.protobuf.NullValue";
  const texts = new Map<unknown, string>();
  for (const { number, jsonName } of desc.values)
    if (!texts.has(number)) texts.set(number, prefix + (isNull ? "null" : JSON.stringify(jsonName)));
  return (value) =>
    texts.get(value) ??
    (((value as number) | 0) === value ? prefix + value : refuse(field, `a number of ${desc.typeName}`, value));
}

/** What a service or a caller put into a message that doesn't belong there. */
export function refuse(field: DescField, expected: string, value: unknown): never {
  const got = value === null ? "null" : typeof value;
  throw new TypeError(`cannot encode ${String(field)}: expected ${expected}, got ${got}`);
}
