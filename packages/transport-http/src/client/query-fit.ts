import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { ReflectList, ReflectMap, ReflectMessage } from "@bufbuild/protobuf/reflect";
import { reflect } from "@bufbuild/protobuf/reflect";

/** The fields that are set in a message and that a query can't carry whole, such as lists of messages. */
export function fieldsBeyondQuery(desc: DescMessage, message: Message): DescField[] {
  const whole = reflect(desc, message);
  return desc.fields.filter((field) => whole.isSet(field) && !fits(field, whole.get(field)));
}

const unreadable = new Set(["Any", "ListValue", "Struct", "Value"].map((name) => `google.protobuf.${name}`));

function fits(field: DescField, value: unknown): boolean {
  if (field.fieldKind === "list")
    return field.message === undefined && Array.from(value as ReflectList).every((item) => !isEmpty(item));
  if (field.fieldKind === "map")
    return field.message === undefined && Array.from(value as ReflectMap).every(([key, item]) => fitsEntry(key, item));
  return field.message === undefined ? !isEmpty(value) : fitsMessage(value as ReflectMessage);
}

// A dot or a bracket in a key would be read as the end of it.
function fitsEntry(key: unknown, value: unknown): boolean {
  return !/[.[\]]/.test(String(key)) && key !== "" && !isEmpty(value);
}

function fitsMessage(value: ReflectMessage): boolean {
  const { typeName } = value.desc;
  const set = value.fields.filter((field) => value.isSet(field));
  if (typeName.startsWith("google.protobuf.")) return !unreadable.has(typeName) && (set.length > 0 || !isText(value));
  // A message without fields says nothing in a query.
  return set.length > 0 && set.every((field) => fits(field, value.get(field)));
}

// A wrapper of "" and an empty mask are written as an empty value.
function isText({ desc }: ReflectMessage): boolean {
  return /\.(StringValue|BytesValue|FieldMask|Empty)$/.test(desc.typeName);
}

// An empty value reads as an unset one.
function isEmpty(value: unknown): boolean {
  return value === "" || (value instanceof Uint8Array && value.length === 0);
}
