import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { readJsonObject } from "../json/decode-well-known.ts";
import { isJsonFault } from "../json/json-fault.ts";
import { JsonReader } from "../json/json-reader.ts";
import { messageFactory } from "../message-factory.ts";
import { fromPaddedBase64 } from "../text/base64.ts";
import { parseGoDuration } from "../text/duration-text.ts";
import { snakeCasePath } from "../text/field-mask-text.ts";
import { toFloat32Range } from "../text/float-text.ts";
import { bigintOf, isInt64, isUint64 } from "../text/integer-text.ts";
import { parseTimestamp } from "../text/timestamp-text.ts";
import { wellKnownKind } from "../well-known.ts";

/** How the text of a query parameter or path variable is read as a value of a field. */
export interface TextReader {
  /** What the text has to be, as in `expected …`. */
  readonly expected: string;
  /** The value in the form that a message holds; undefined when the text is none. */
  read(text: string): unknown;
}

/** The reader of a singular field, or of the entries of a list or map; undefined for messages that have no text. */
export function textReader(field: DescField): TextReader | undefined {
  if (field.message !== undefined) return messageTextReader(field, field.message);
  if (field.enum !== undefined) return enumTextReader(field.enum);
  const asString = field.fieldKind !== "map" && field.longAsString;
  const reader = scalarTextReader(field.scalar!);
  if (!asString) return reader;
  return { expected: reader.expected, read: (text) => longText(reader.read(text)) };
}

function longText(value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function scalarTextReader(scalar: ScalarType): TextReader {
  switch (scalar) {
    case ScalarType.STRING:
      return { expected: "text", read: (text) => text };
    case ScalarType.BOOL:
      return { expected: "true or false", read: (text) => booleans.get(text) };
    case ScalarType.BYTES:
      return { expected: "bytes in padded base64", read: fromPaddedBase64 };
    case ScalarType.DOUBLE:
      return { expected: "a number", read: readDouble };
    case ScalarType.FLOAT:
      return { expected: "a number that fits a float", read: readFloat };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return { expected: "a 64-bit integer", read: (text) => readInteger(text, signedSyntax, isInt64) };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { expected: "an unsigned 64-bit integer", read: (text) => readInteger(text, unsignedSyntax, isUint64) };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { expected: "an unsigned 32-bit integer", read: (text) => readInt(text, unsignedSyntax, isUint32) };
    default:
      return { expected: "a 32-bit integer", read: (text) => readInt(text, signedSyntax, isInt32) };
  }
}

// As Go's strconv reads them.
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false] as const),
]);
const signedSyntax = /^[+-]?\d{1,100}$/;
const unsignedSyntax = /^\d{1,100}$/;
const floatSyntax = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinitySyntax = /^[+-]?inf(?:inity)?$/i;

/** A whole number of at most 15 digits; NaN for all else. */
function shortInteger(text: string): number {
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0;
  const digits = text.length - start;
  if (digits < 1 || digits > 15) return Number.NaN;
  let value = 0;
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return start === 0 ? value : 0 - value;
}

function readInteger(text: string, syntax: RegExp, fits: (value: bigint) => boolean): bigint | undefined {
  const short = shortInteger(text);
  if (short >= 0) return bigintOf(short);
  if (!syntax.test(text)) return undefined;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return fits(value) ? value : undefined;
}

function readInt(text: string, syntax: RegExp, fits: (value: number) => boolean): number | undefined {
  const short = shortInteger(text);
  if (short >= 0) return fits(short) ? short : undefined;
  const value = syntax.test(text) ? Number(text) : Number.NaN;
  // Zero as it is: there is no negative one among integers.
  return fits(value) ? value || 0 : undefined;
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

function isUint32(value: number): boolean {
  return value >>> 0 === value;
}

function readDouble(text: string): number | undefined {
  if (floatSyntax.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!infinitySyntax.test(text)) return undefined;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function readFloat(text: string): number | undefined {
  const value = readDouble(text);
  return value === undefined || !Number.isFinite(value) ? value : toFloat32Range(value);
}

function enumTextReader(desc: DescEnum): TextReader {
  const byText = new Map<string, number>();
  for (const { name, number } of desc.values) byText.set(String(number), number).set(name, number);
  if (desc.typeName === "google.protobuf.NullValue") byText.set("null", 0);
  const find = (text: string) => byText.get(text) ?? byText.get(readInt(text, signedSyntax, isInt32)?.toString() ?? "");
  return { expected: `a value of ${desc.typeName}, by name or number`, read: find };
}

function messageTextReader(field: DescField, desc: DescMessage): TextReader | undefined {
  switch (wellKnownKind(desc)) {
    case "wrapper":
      return wrapperTextReader(field, desc);
    case "Timestamp":
      return { expected: "an RFC 3339 timestamp from year 1 to 9999", read: partsReader(desc, parseTimestamp) };
    case "Duration":
      return { expected: "a duration with units, such as 1m30.5s", read: partsReader(desc, parseGoDuration) };
    case "FieldMask":
      return { expected: "field paths joined by commas", read: fieldMaskReader(desc) };
    case "Value":
      return { expected: "text", read: valueReader(desc) };
    case "Struct":
      // Within a google.protobuf.Value it is a message, which takes its entries one by one.
      return field.parent.typeName === "google.protobuf.Value"
        ? undefined
        : { expected: "a JSON object", read: readObject };
    default:
      return undefined;
  }
}

function wrapperTextReader(field: DescField, desc: DescMessage): TextReader {
  const reader = scalarTextReader(desc.fields[0]!.scalar!);
  // protobuf-es holds the bare value in a singular field, the message everywhere else.
  if (field.fieldKind === "message" && field.oneof === undefined) return reader;
  const make = messageFactory(desc);
  return {
    expected: reader.expected,
    read: (text) => {
      const value = reader.read(text);
      return value === undefined ? undefined : Object.assign(make(), { value });
    },
  };
}

function partsReader(
  desc: DescMessage,
  parse: (text: string) => { seconds: number; nanos: number } | undefined,
): (text: string) => unknown {
  const make = messageFactory(desc);
  return (text) => {
    const parts = parse(text);
    if (parts === undefined) return undefined;
    const message = make();
    message.seconds = bigintOf(parts.seconds);
    message.nanos = parts.nanos;
    return message;
  };
}

function fieldMaskReader(desc: DescMessage): (text: string) => unknown {
  const make = messageFactory(desc);
  return (text) => Object.assign(make(), { paths: text === "" ? [] : text.split(",").map(snakeCasePath) });
}

function valueReader(desc: DescMessage): (text: string) => unknown {
  const make = messageFactory(desc);
  return (text) => Object.assign(make(), { kind: { case: "stringValue", value: text } });
}

function readObject(text: string): unknown {
  const reader = new JsonReader(new TextEncoder().encode(text));
  try {
    const object = readJsonObject(reader);
    reader.end();
    return object;
  } catch (thrown) {
    if (isJsonFault(thrown) || thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
