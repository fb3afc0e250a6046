import { type DescField, ScalarType } from "@bufbuild/protobuf";
import type { JsonReader } from "../json/json-reader.ts";
import { toFloat32Range } from "../text/float-text.ts";
import { isInt64, isUint64 } from "../text/integer-text.ts";

/**
 * Reads a value from bytes, up to where `end` is, as the most of its kind are written; undefined for all else, which is
 * read as text. Behind the value has to stand a byte that is no part of a number.
 */
export type BytesReader = (reader: JsonReader, end: number) => unknown;

/** Of scalars that text would be a detour to; undefined for all others. */
export function bytesReader(field: DescField): BytesReader | undefined {
  if (field.message !== undefined || field.enum !== undefined || longIsText(field)) return undefined;
  switch (field.scalar) {
    case ScalarType.BOOL:
      return readBool;
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
      return readInt64;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return readUint64;
    default:
      return undefined;
  }
}

function longIsText(field: DescField): boolean {
  return field.fieldKind !== "map" && field.fieldKind !== "message" && "longAsString" in field && field.longAsString;
}

function readBool({ bytes, pos }: JsonReader, end: number): boolean | undefined {
  const [a, b, c, d] = [bytes[pos], bytes[pos + 1], bytes[pos + 2], bytes[pos + 3]];
  if (end - pos === 4 && a === 0x74 && b === 0x72 && c === 0x75 && d === 0x65) return true;
  const isFalse = end - pos === 5 && a === 0x66 && b === 0x61 && c === 0x6c && d === 0x73 && bytes[pos + 4] === 0x65;
  return isFalse ? false : undefined;
}

function readInt32(reader: JsonReader, end: number): number | undefined {
  const value = reader.shortInteger();
  return reader.pos === end && (value | 0) === value ? value | 0 : undefined;
}

function readUint32(reader: JsonReader, end: number): number | undefined {
  const value = reader.shortInteger();
  return reader.pos === end && value >>> 0 === value ? value >>> 0 : undefined;
}

function readInt64(reader: JsonReader, end: number): bigint | undefined {
  const value = reader.integer();
  return value !== undefined && reader.pos === end && isInt64(value) ? value : undefined;
}

function readUint64(reader: JsonReader, end: number): bigint | undefined {
  const value = reader.integer();
  return value !== undefined && reader.pos === end && isUint64(value) ? value : undefined;
}

function readDouble(reader: JsonReader, end: number): number | undefined {
  const value = reader.shortDecimal();
  return reader.pos === end && !Number.isNaN(value) ? value : undefined;
}

function readFloat(reader: JsonReader, end: number): number | undefined {
  const value = readDouble(reader, end);
  return value === undefined ? undefined : toFloat32Range(value);
}
