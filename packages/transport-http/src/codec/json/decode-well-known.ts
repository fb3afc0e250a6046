import { type DescMessage, type JsonObject, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { ListValueSchema, StructSchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import { type MessageRecord, messageFactory, setEntry } from "../message-factory.ts";
import { parseDuration } from "../text/duration-text.ts";
import { parseFieldMask } from "../text/field-mask-text.ts";
import { bigintOf } from "../text/integer-text.ts";
import { parseTimestamp, type SecondsAndNanos } from "../text/timestamp-text.ts";
import { wellKnownKind } from "../well-known.ts";
import { type DecodeScope, messageReader } from "./decode-message.ts";
import { type ReadValue, readPlainNumber, scalarReader } from "./decode-scalar.ts";
import { type JsonReader, openBrace, openBracket, quoteByte } from "./json-reader.ts";

/** Reads a type that has a JSON form of its own; undefined for every other. */
export function wellKnownReader(desc: DescMessage, scope: DecodeScope): ReadValue | undefined {
  switch (wellKnownKind(desc)) {
    case "Any":
      return anyReader(desc, scope);
    case "Timestamp":
      return textReader(desc, "an RFC 3339 timestamp from year 1 to 9999", fillTimestamp);
    case "Duration":
      return textReader(desc, "a duration in seconds, such as 1.5s", fillDuration);
    case "FieldMask":
      return textReader(desc, "field paths in lowerCamelCase, joined by commas", fillMask);
    case "Struct":
      return readStruct;
    case "Value":
      return readValue;
    case "ListValue":
      return readListValue;
    case "wrapper":
      return wrapperReader(desc);
    default:
      return undefined;
  }
}

function wrapperReader(desc: DescMessage): ReadValue {
  const make = messageFactory(desc);
  const read = scalarReader(desc.fields[0]!.scalar!, false);
  return (reader) => {
    const message = make();
    message.value = read(reader);
    return message;
  };
}

/** Reads a type that is written as a string. */
function textReader(
  desc: DescMessage,
  expected: string,
  fill: (message: MessageRecord, text: string) => boolean,
): ReadValue {
  const make = messageFactory(desc);
  return (reader) => {
    reader.peek();
    const start = reader.pos;
    const message = make();
    if (!fill(message, reader.string(expected))) reader.fail(expected, start);
    return message;
  };
}

function fillTimestamp(message: MessageRecord, text: string): boolean {
  return fillParts(message, parseTimestamp(text));
}

function fillDuration(message: MessageRecord, text: string): boolean {
  return fillParts(message, parseDuration(text));
}

function fillParts(message: MessageRecord, parts: SecondsAndNanos | undefined): boolean {
  if (parts === undefined) return false;
  message.seconds = bigintOf(parts.seconds);
  message.nanos = parts.nanos;
  return true;
}

function fillMask(message: MessageRecord, text: string): boolean {
  const paths = parseFieldMask(text);
  if (paths === undefined) return false;
  message.paths = paths;
  return true;
}

const makeStruct = messageFactory(StructSchema);
const makeValue = messageFactory(ValueSchema);
const makeListValue = messageFactory(ListValueSchema);

function readStruct(reader: JsonReader): MessageRecord {
  const message = makeStruct();
  const fields = message.fields as Record<string, unknown>;
  readEntries(reader, (key) => setEntry(fields, key, readValue(reader)), fields);
  return message;
}

function readListValue(reader: JsonReader): MessageRecord {
  const message = makeListValue();
  if (!reader.enter(openBracket, "an array")) return message;
  const values = message.values as unknown[];
  do values.push(readValue(reader));
  while (reader.next(openBracket));
  return message;
}

function readValue(reader: JsonReader): MessageRecord {
  const message = makeValue();
  message.kind = readKind(reader);
  return message;
}

function readKind(reader: JsonReader): { case: string; value: unknown } {
  const byte = reader.peek();
  if (byte === quoteByte) return { case: "stringValue", value: reader.string("a string") };
  if (byte === openBrace) return { case: "structValue", value: readStruct(reader) };
  if (byte === openBracket) return { case: "listValue", value: readListValue(reader) };
  if (reader.isNull()) return { case: "nullValue", value: 0 };
  if (isBoolean(byte)) return { case: "boolValue", value: reader.boolean() };
  return { case: "numberValue", value: readPlainNumber(reader) };
}

/** Reads any JSON object as it is. */
export function readJsonObject(reader: JsonReader): JsonObject {
  const object: JsonObject = {};
  readEntries(reader, (key) => setEntry(object, key, readJson(reader)), object);
  return object;
}

function readJson(reader: JsonReader): JsonValue {
  const byte = reader.peek();
  if (byte === quoteByte) return reader.string("a string");
  if (byte === openBrace) return readJsonObject(reader);
  if (byte === openBracket) return readJsonArray(reader);
  if (reader.isNull()) return null;
  return isBoolean(byte) ? reader.boolean() : readPlainNumber(reader);
}

function readJsonArray(reader: JsonReader): JsonValue[] {
  const items: JsonValue[] = [];
  if (!reader.enter(openBracket, "an array")) return items;
  do items.push(readJson(reader));
  while (reader.next(openBracket));
  return items;
}

/** Goes through the entries of an object; each key may be given once. */
function readEntries(reader: JsonReader, read: (key: string) => void, seen: object): void {
  if (!reader.enter(openBrace, "an object")) return;
  do {
    reader.peek();
    const start = reader.pos;
    const key = reader.key();
    if (Object.hasOwn(seen, key)) reader.fail("it only once", start);
    reader.colon();
    read(key);
  } while (reader.next(openBrace));
}

function isBoolean(byte: number): boolean {
  return byte === 0x74 || byte === 0x66;
}

/** Each is gone through twice, so many within each other would take time that their size does not explain. */
const maxAnys = 32;

function anyReader(desc: DescMessage, scope: DecodeScope): ReadValue {
  const make = messageFactory(desc);
  return (reader) => {
    const message = make();
    reader.peek();
    const start = reader.pos;
    if (++reader.anys > maxAnys) reader.fail(`no more than ${maxAnys} google.protobuf.Any within each other`);
    const found = findAnyType(reader);
    // Nothing in it, or only unknown fields: the empty Any.
    if (found.typeUrl === undefined) {
      reader.anys--;
      return message;
    }
    const type = scope.registry?.getMessage(found.typeUrl.slice(found.typeUrl.lastIndexOf("/") + 1));
    if (type === undefined) return reader.fail("an @type that this server knows", found.typeUrlAt);
    const end = reader.pos;
    reader.pos = wellKnownKind(type) ? (found.valueAt ?? reader.fail('a field "value" beside @type', start)) : start;
    const value = messageReader(type, scope)(reader) as MessageRecord;
    reader.pos = end;
    reader.anys--;
    message.typeUrl = found.typeUrl;
    message.value = toBinary(type, value);
    return message;
  };
}

interface FoundAny {
  typeUrl: string | undefined;
  typeUrlAt: number;
  valueAt: number | undefined;
}

/** The keys of an Any that say how to read it; they can stand anywhere among the others. */
function findAnyType(reader: JsonReader): FoundAny {
  const found: FoundAny = { typeUrl: undefined, typeUrlAt: 0, valueAt: undefined };
  if (!reader.enter(openBrace, "an object: google.protobuf.Any")) return found;
  do {
    const key = reader.key();
    reader.colon();
    reader.peek();
    const start = reader.pos;
    if (key === "@type") {
      if (found.typeUrl !== undefined) reader.fail("@type only once", start);
      found.typeUrl = reader.string("a type URL") || reader.fail("a type URL", start);
      found.typeUrlAt = start;
    } else {
      if (key === "value") {
        if (found.valueAt !== undefined) reader.fail("value only once", start);
        found.valueAt = start;
      }
      reader.skipValue();
    }
  } while (reader.next(openBrace));
  return found;
}
