import { type DescEnum, ScalarType } from "@bufbuild/protobuf";
import { fromBase64 } from "../text/base64.ts";
import { toFloat32Range } from "../text/float-text.ts";
import { isInt64, isUint64, wholeNumber } from "../text/integer-text.ts";
import { type JsonReader, quoteByte } from "./json-reader.ts";

/** Reads one value, in the form that a field of a message holds. */
export type ReadValue = (reader: JsonReader) => unknown;

/** What reading an enum gives for a name that it doesn't have: nothing is set. */
export const unknownEnumName: unique symbol = Symbol("unknown enum name");

export function scalarReader(scalar: ScalarType, longAsString: boolean): ReadValue {
  switch (scalar) {
    case ScalarType.DOUBLE:
      return readDouble;
    case ScalarType.FLOAT:
      return readFloat;
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return readInt32;
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return readUint32;
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return longAsString ? (reader) => String(readInt64(reader)) : readInt64;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return longAsString ? (reader) => String(readUint64(reader)) : readUint64;
    case ScalarType.BOOL:
      return readBool;
    case ScalarType.STRING:
      return readString;
    case ScalarType.BYTES:
      return readBytes;
  }
}

function readString(reader: JsonReader): string {
  return reader.string("a string");
}

function readBool(reader: JsonReader): boolean {
  return reader.boolean();
}

function readInt32(reader: JsonReader): number {
  const expected = "a 32-bit integer";
  reader.peek();
  const start = reader.pos;
  const value = shortOrWhole(reader, expected);
  return (value | 0) === value ? value | 0 : reader.fail(expected, start);
}

function readUint32(reader: JsonReader): number {
  const expected = "an unsigned 32-bit integer";
  reader.peek();
  const start = reader.pos;
  const value = shortOrWhole(reader, expected);
  return value >>> 0 === value ? value >>> 0 : reader.fail(expected, start);
}

function shortOrWhole(reader: JsonReader, expected: string): number {
  const value = reader.shortInteger();
  return Number.isNaN(value) ? Number(readWhole(reader, expected)) : value;
}

function readInt64(reader: JsonReader): bigint {
  const expected = "a 64-bit integer, in quotes or not";
  reader.peek();
  const start = reader.pos;
  const value = shortOrQuoted(reader) ?? readWhole(reader, expected);
  return isInt64(value) ? value : reader.fail(expected, start);
}

function readUint64(reader: JsonReader): bigint {
  const expected = "an unsigned 64-bit integer, in quotes or not";
  reader.peek();
  const start = reader.pos;
  const value = shortOrQuoted(reader) ?? readWhole(reader, expected);
  return isUint64(value) ? value : reader.fail(expected, start);
}

/** What nearly every 64-bit integer is: digits, in quotes. */
function shortOrQuoted(reader: JsonReader): bigint | undefined {
  const quoted = reader.peek() === quoteByte;
  const start = reader.pos;
  if (quoted) reader.pos++;
  const value = reader.integer();
  if (value !== undefined && (!quoted || reader.bytes[reader.pos++] === quoteByte)) return value;
  reader.pos = start;
  return undefined;
}

function readWhole(reader: JsonReader, expected: string): bigint {
  reader.peek();
  const start = reader.pos;
  return wholeNumber(reader.numberText(expected, true)) ?? reader.fail(expected, start);
}

function readDouble(reader: JsonReader): number {
  return readNumber(reader, "a number");
}

function readFloat(reader: JsonReader): number {
  const expected = "a number that fits a float";
  reader.peek();
  const start = reader.pos;
  const value = readNumber(reader, expected);
  return Number.isFinite(value) ? (toFloat32Range(value) ?? reader.fail(expected, start)) : value;
}

function readNumber(reader: JsonReader, expected: string): number {
  const quoted = reader.peek() === quoteByte;
  const start = reader.pos;
  const short = quoted ? Number.NaN : reader.shortDecimal();
  if (!Number.isNaN(short)) return short;
  if (quoted) {
    const special = specialNumbers.get(reader.string(expected));
    if (special !== undefined) return special;
    reader.pos = start;
  }
  const value = Number(reader.numberText(expected, true));
  return Number.isFinite(value) ? value : reader.fail(expected, start);
}

const specialNumbers: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** A finite number as it stands: what a `google.protobuf.Value` holds. */
export function readPlainNumber(reader: JsonReader): number {
  const short = reader.shortDecimal();
  if (!Number.isNaN(short)) return short;
  const start = reader.pos;
  const value = Number(reader.numberText("a JSON value", false));
  return Number.isFinite(value) ? value : reader.fail("a number that fits a double", start);
}

function readBytes(reader: JsonReader): Uint8Array {
  const expected = "bytes in base64";
  reader.peek();
  const start = reader.pos;
  return fromBase64(reader.string(expected)) ?? reader.fail(expected, start);
}

export function enumReader(desc: DescEnum): ReadValue {
  const numbers = new Map<string, number>();
  for (const value of desc.values) numbers.set(value.jsonName, value.number);
  for (const value of desc.values) numbers.set(value.name, value.number);
  const known = new Set(numbers.values());
  const nullable = desc.typeName === "google.protobuf.NullValue";
  const expected = `a value of ${desc.typeName}, by name or number`;
  return (reader) => {
    const byte = reader.peek();
    if (byte === quoteByte) return numbers.get(reader.string(expected)) ?? unknownEnumName;
    if (nullable && reader.isNull()) return 0;
    const start = reader.pos;
    const value = shortOrWhole(reader, expected);
    if ((value | 0) !== value || !(desc.open || known.has(value))) reader.fail(expected, start);
    return value | 0;
  };
}
