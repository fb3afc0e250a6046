import { type DescEnum, type DescField, ScalarType } from "@bufbuild/protobuf";
import { formatFloat32 } from "../text/float-text.ts";
import { isInt64, isUint64 } from "../text/integer-text.ts";
import { type JsonOutput, pieceOf } from "./json-output.ts";

/** Writes one value, as a field of a message holds it, as JSON behind the text that it was compiled with. */
export type WriteValue = (out: JsonOutput, value: unknown) => void;

const quoteByte = 0x22;

/** `prefix` is what precedes each value, such as a key: compiled once here, not for every value. */
export function scalarWriter(field: DescField, scalar: ScalarType, prefix: string): WriteValue {
  const before = pieceOf(prefix);
  switch (scalar) {
    case ScalarType.STRING:
      return stringWriter(field, prefix);
    case ScalarType.BOOL:
      return boolWriter(field, prefix);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return (out, value) => {
        if (((value as number) | 0) !== value) refuse(field, "a 32-bit integer", value);
        out.piece(before);
        out.integer(value as number);
      };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return (out, value) => {
        if ((value as number) >>> 0 !== value) refuse(field, "an unsigned 32-bit integer", value);
        out.piece(before);
        out.integer(value as number);
      };
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
      return bytesWriter(field, prefix);
  }
}

function stringWriter(field: DescField, prefix: string): WriteValue {
  const open = pieceOf(`${prefix}"`);
  return (out, value) => {
    if (typeof value === "string") out.string(open, value);
    else refuse(field, "a string", value);
  };
}

function boolWriter(field: DescField, prefix: string): WriteValue {
  const yes = pieceOf(`${prefix}true`);
  const no = pieceOf(`${prefix}false`);
  return (out, value) => out.piece(value === true ? yes : value === false ? no : refuse(field, "a boolean", value));
}

function bytesWriter(field: DescField, prefix: string): WriteValue {
  const open = pieceOf(`${prefix}"`);
  return (out, value) => {
    const bytes = bytesOf(field, value);
    out.piece(open);
    out.base64(bytes);
    out.byte(quoteByte);
  };
}

function numberWriter(field: DescField, prefix: string, format: (value: number) => string): WriteValue {
  const before = pieceOf(prefix);
  return (out, value) => {
    if (typeof value !== "number") return refuse(field, "a number", value);
    out.piece(before);
    if (!Number.isFinite(value)) out.text(`"${value}"`);
    else out.text(value === 0 ? zeroText(value) : format(value));
  };
}

/** JavaScript writes the negative zero without its sign. */
export function zeroText(value: number): string {
  return Object.is(value, -0) ? "-0" : "0";
}

function longWriter(field: DescField, prefix: string, fits: (value: bigint) => boolean): WriteValue {
  const open = pieceOf(`${prefix}"`);
  return (out, value) => {
    const integer = integerOf(field, value);
    if (!fits(integer)) refuse(field, "an integer of 64 bits", value);
    out.piece(open);
    const short = Number(integer);
    if (Number.isSafeInteger(short)) out.integer(short);
    else out.text(String(integer));
    out.byte(quoteByte);
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
  const before = pieceOf(prefix);
  const texts = new Map<unknown, Uint8Array>();
  for (const { number, jsonName } of desc.values)
    if (!texts.has(number)) texts.set(number, pieceOf(prefix + (isNull ? "null" : JSON.stringify(jsonName))));
  return (out, value) => {
    const text = texts.get(value);
    if (text !== undefined) out.piece(text);
    else if (((value as number) | 0) !== value) refuse(field, `a number of ${desc.typeName}`, value);
    else {
      out.piece(before);
      out.integer(value as number);
    }
  };
}

/** What a service or a caller put into a message that doesn't belong there. */
export function refuse(field: DescField, expected: string, value: unknown): never {
  const got = value === null ? "null" : typeof value === "number" ? `number ${value}` : typeof value;
  throw new TypeError(`cannot encode ${String(field)}: expected ${expected}, got ${got}`);
}
