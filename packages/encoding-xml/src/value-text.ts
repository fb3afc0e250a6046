import { type DescEnum, type DescMessage, fromJson, type Message, ScalarType, toJson } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import {
  BytesValueSchema,
  DoubleValueSchema,
  FloatValueSchema,
  Int32ValueSchema,
  Int64ValueSchema,
  UInt32ValueSchema,
  UInt64ValueSchema,
} from "@bufbuild/protobuf/wkt";
import { goFloat } from "./go-float.ts";
import { quote, XmlFault } from "./xml-fault.ts";
import { isXmlText } from "./xml-text.ts";

/** As Go writes values, or as Protobuf JSON does. Enums, numbers and well-known types are read in either form. */
export type XmlForms = "go" | "json";

interface ScalarKind {
  readonly expected: string;
  /** The wrapper whose Protobuf JSON has the rules for this type. */
  readonly wrapper: DescMessage;
}

const int32: ScalarKind = { expected: "an integer of 32 bits", wrapper: Int32ValueSchema };
const uint32: ScalarKind = { expected: "an integer of 32 bits that is not negative", wrapper: UInt32ValueSchema };
const int64: ScalarKind = { expected: "an integer of 64 bits", wrapper: Int64ValueSchema };
const uint64: ScalarKind = { expected: "an integer of 64 bits that is not negative", wrapper: UInt64ValueSchema };

const kinds: Partial<Record<ScalarType, ScalarKind>> = {
  [ScalarType.DOUBLE]: { expected: "a number", wrapper: DoubleValueSchema },
  [ScalarType.FLOAT]: { expected: "a number that fits a float", wrapper: FloatValueSchema },
  [ScalarType.INT32]: int32,
  [ScalarType.SINT32]: int32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.INT64]: int64,
  [ScalarType.SINT64]: int64,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.BYTES]: { expected: "base64", wrapper: BytesValueSchema },
};

// What Go's strconv.ParseBool takes.
const booleans = new Map([
  ...["1", "t", "T", "true", "True", "TRUE"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "False", "FALSE"].map((text) => [text, false] as const),
]);

/** Reads the text of an element. As in Go an empty one is the zero value. Throws an XmlFault. */
export function readScalar(type: ScalarType, text: string, forms: XmlForms): unknown {
  if (type === ScalarType.STRING) return text;
  if (type === ScalarType.BYTES && forms === "go") return new TextEncoder().encode(text);
  const trimmed = text.trim();
  if (type === ScalarType.BOOL) {
    const value = trimmed === "" ? false : booleans.get(trimmed);
    if (value === undefined) throw new XmlFault("true or false", quote(trimmed));
    return value;
  }
  const { expected, wrapper } = kinds[type]!;
  try {
    const json = trimmed === "" ? undefined : (infinity(trimmed) ?? trimmed);
    const message = json === undefined ? undefined : fromJson(wrapper, json);
    return message === undefined ? zero(wrapper) : (message as Message & { value: unknown }).value;
  } catch {
    throw new XmlFault(expected, quote(trimmed));
  }
}

function zero(wrapper: DescMessage): unknown {
  return (fromJson(wrapper, wrapper === BytesValueSchema ? "" : 0) as Message & { value: unknown }).value;
}

function infinity(text: string): string | undefined {
  const match = /^([+-]?)inf(inity)?$/i.exec(text);
  return match === null ? undefined : match[1] === "-" ? "-Infinity" : "Infinity";
}

export function writeScalar(type: ScalarType, value: unknown, forms: XmlForms): string {
  switch (type) {
    case ScalarType.BYTES:
      return forms === "json" ? base64Encode(value as Uint8Array) : textOf(value as Uint8Array);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      if (forms === "go") return goFloat(value as number, type === ScalarType.FLOAT);
      return String(toJson(kinds[type]!.wrapper, { $typeName: kinds[type]!.wrapper.typeName, value } as Message));
    default:
      return String(value);
  }
}

/** Go writes the bytes as they are, and spoils those that are no text. */
function textOf(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (isXmlText(text)) return text;
  } catch {}
  throw new TypeError('bytes that are no text cannot be written as Go does; xmlCodec({ forms: "json" }) writes base64');
}

/** Reads the name or the number of an enum's value. Throws an XmlFault. */
export function readEnum(desc: DescEnum, text: string): number {
  const trimmed = text.trim();
  if (trimmed === "") return desc.open ? 0 : desc.values[0]!.number;
  const number = /^[+-]?\d+$/.test(trimmed)
    ? (readScalar(ScalarType.INT32, trimmed.replace("+", ""), "go") as number)
    : desc.values.find((value) => value.name === trimmed)?.number;
  if (number === undefined || (!desc.open && desc.value[number] === undefined))
    throw new XmlFault(`a value of ${desc.typeName}`, quote(trimmed));
  return number;
}

export function writeEnum(desc: DescEnum, value: number, forms: XmlForms): string {
  return (forms === "json" && desc.value[value]?.name) || String(value);
}
