import {
  create,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
  toJson,
} from "@bufbuild/protobuf";
import { DurationSchema, FieldMaskSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { goName, hasGoForm } from "./go-names.ts";

/** Makes protojson of text that may be Go's struct JSON; gives other text back as it is. */
export type GoJsonReader = (text: string) => string;

/**
 * What Kratos v3 calls `json` is the JSON of Go structs. Most of it reads as protojson (original names, numbers for
 * enums and 64-bit integers); this reader rewrites the rest: well-known types as bare fields, and oneofs as
 * `"Choice":{"ChoiceText":…}`. Undefined when the type has none of these.
 */
export function compileGoJsonReader(type: DescMessage | DescField): GoJsonReader | undefined {
  const marks = new Set<string>();
  if (type.kind === "message") collectMarks(type, marks, new Set());
  else collectFieldMarks(type, marks, new Set());
  if (marks.size === 0) return undefined;
  // A search is cheap; parsing twice is not, so it is left to texts that have one of the marks.
  const marked = new RegExp([...marks].join("|"));
  return (text) => {
    if (!marked.test(text)) return text;
    const value = parseExactly(text);
    return JSON.stringify(type.kind === "message" ? readMessage(type, value) : readField(type, value));
  };
}

function collectMarks(desc: DescMessage, marks: Set<string>, seen: Set<DescMessage>): void {
  if (seen.has(desc) || desc.typeName.startsWith("google.protobuf.")) return;
  seen.add(desc);
  for (const { name } of desc.oneofs) marks.add(`"${goName(name)}"\\s*:\\s*[{n]`);
  for (const field of desc.fields) collectFieldMarks(field, marks, seen);
}

function collectFieldMarks(field: DescField, marks: Set<string>, seen: Set<DescMessage>): void {
  const { message } = field;
  if (message === undefined) return;
  if (!hasGoForm(message)) collectMarks(message, marks, seen);
  else if (field.fieldKind === "map") marks.add("\\{");
  else for (const name of [field.name, field.jsonName]) marks.add(`"${name}"\\s*:\\s*(?:\\[\\s*)?\\{`);
}

function readField(field: DescField, value: JsonValue): JsonValue {
  const { message } = field;
  if (message === undefined || typeof value !== "object" || value === null) return value;
  if (field.fieldKind === "list") return Array.isArray(value) ? value.map((item) => readMessage(message, item)) : value;
  if (field.fieldKind !== "map" || Array.isArray(value)) return readMessage(message, value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readMessage(message, item)]));
}

function readMessage(desc: DescMessage, value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (desc.typeName.startsWith("google.protobuf.")) return hasGoForm(desc) ? readWellKnown(desc, value) : value;
  const entries: [string, JsonValue][] = [];
  for (const [name, item] of Object.entries(value)) {
    const field = desc.fields.find((each) => each.jsonName === name || each.name === name);
    if (field !== undefined) entries.push([name, readField(field, item)]);
    else entries.push(...readOneof(desc, name, item));
  }
  return Object.fromEntries(entries);
}

/** `"Choice":{"ChoiceText":…}`; what is no oneof is unknown, and left to the codec. */
function readOneof(desc: DescMessage, name: string, value: JsonValue): [string, JsonValue][] {
  const oneof = desc.oneofs.find((each) => goName(each.name) === name);
  if (oneof === undefined || typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([member, item]): [string, JsonValue][] => {
    const field = oneof.fields.find((each) => goName(each.name) === member);
    return field === undefined ? [] : [[field.jsonName, readField(field, item as JsonValue)]];
  });
}

function readWellKnown(desc: DescMessage, value: JsonObject): JsonValue {
  const { seconds = 0, nanos = 0, paths = [] } = value;
  const time = (): MessageInitShape<typeof TimestampSchema> => {
    return { seconds: BigInt(seconds as number), nanos: nanos as number };
  };
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return toJson(TimestampSchema, create(TimestampSchema, time()));
    case "google.protobuf.Duration":
      return toJson(DurationSchema, create(DurationSchema, time() as MessageInitShape<typeof DurationSchema>));
    case "google.protobuf.FieldMask":
      return toJson(FieldMaskSchema, create(FieldMaskSchema, { paths: paths as string[] }));
    case "google.protobuf.Any":
      if ("@type" in value) return value;
      throw new Error("a google.protobuf.Any in Go's struct JSON can't be read; ask for protojson");
    default:
      return readWrapper(desc, value);
  }
}

// A wrapper around a zero is `{}`.
function readWrapper(desc: DescMessage, value: JsonObject): JsonValue {
  if (value.value !== undefined) return value.value;
  if (desc.typeName.endsWith(".BoolValue")) return false;
  return /\.(String|Bytes)Value$/.test(desc.typeName) ? "" : 0;
}

/** Keeps integers that no double holds, as text, which protojson reads too. */
export function parseExactly(text: string): JsonValue {
  // TypeScript does not know the third argument yet (V8 11.4).
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    const source = context?.source ?? "";
    return /^-?\d+$/.test(source) ? source : value;
  };
  return JSON.parse(text, keepDigits) as JsonValue;
}
