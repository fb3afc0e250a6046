import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { holdsJson } from "../local-form.ts";
import { type MessageRecord, setEntry } from "../message-factory.ts";
import { mapKeyForm } from "../text/map-key-text.ts";
import { type DecodeScope, messageReader } from "./decode-message.ts";
import { enumReader, type ReadValue, scalarReader, unknownEnumName } from "./decode-scalar.ts";
import { readJsonObject } from "./decode-well-known.ts";
import { type JsonReader, openBrace, openBracket } from "./json-reader.ts";

type ReadField = (reader: JsonReader, message: MessageRecord) => void;

/** Reads a field's value into a message that doesn't have it yet. */
export function fieldReader(field: DescField, scope: DecodeScope): ReadField {
  const read = fieldValueReader(field, scope);
  const { localName } = field;
  if (field.oneof !== undefined) {
    const oneof = field.oneof.localName;
    return (reader, message) => {
      const value = read(reader);
      if (value !== unknownEnumName) message[oneof] = { case: localName, value };
    };
  }
  if (field.fieldKind === "enum")
    return (reader, message) => {
      const value = read(reader);
      if (value !== unknownEnumName) message[localName] = value;
    };
  return (reader, message) => {
    message[localName] = read(reader);
  };
}

/** Reads the value of a field of any kind, in the form that a message holds. */
export function fieldValueReader(field: DescField, scope: DecodeScope): ReadValue {
  switch (field.fieldKind) {
    case "list":
      return listReader(itemReader(field, scope));
    case "map":
      return mapReader(itemReader(field, scope), mapKeyReader(field.mapKey));
    case "message":
      if (field.oneof === undefined && isWrapperDesc(field.message))
        return scalarReader(field.message.fields[0]!.scalar!, false);
      return itemReader(field, scope);
    default:
      return itemReader(field, scope);
  }
}

/** Reads one value: a singular field's, or an entry of a list or map. */
function itemReader(field: DescField, scope: DecodeScope): ReadValue {
  if (field.message !== undefined) return holdsJson(field) ? readJsonObject : messageReader(field.message, scope);
  if (field.enum !== undefined) return enumReader(field.enum);
  return scalarReader(field.scalar!, field.fieldKind !== "map" && field.longAsString);
}

function listReader(readItem: ReadValue): ReadValue {
  return (reader) => {
    const items: unknown[] = [];
    if (!reader.enter(openBracket, "an array")) return items;
    do {
      const item = readItem(reader);
      if (item !== unknownEnumName) items.push(item);
    } while (reader.next(openBracket));
    return items;
  };
}

function mapReader(readItem: ReadValue, readKey: (reader: JsonReader) => string): ReadValue {
  return (reader) => {
    const entries: Record<string, unknown> = {};
    if (!reader.enter(openBrace, "an object: a map")) return entries;
    do {
      reader.peek();
      const start = reader.pos;
      const key = readKey(reader);
      if (Object.hasOwn(entries, key)) reader.fail("it only once", start);
      reader.colon();
      const value = readItem(reader);
      if (value !== unknownEnumName) setEntry(entries, key, value);
    } while (reader.next(openBrace));
    return entries;
  };
}

function mapKeyReader(type: ScalarType): (reader: JsonReader) => string {
  if (type === ScalarType.STRING) return (reader) => reader.string("a map key in quotes");
  const { expected, canonical } = mapKeyForm(type);
  return (reader) => {
    reader.peek();
    const start = reader.pos;
    return canonical(reader.string(expected)) ?? reader.fail(expected, start);
  };
}
