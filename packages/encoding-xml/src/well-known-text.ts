import { type DescMessage, fromJson, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { readScalar, writeScalar } from "./value-text.ts";
import { quote, XmlFault } from "./xml-fault.ts";

// The types that Protobuf JSON writes as a string, with what that looks like.
const strings = new Map([
  ["google.protobuf.Timestamp", "a timestamp such as 2006-01-02T15:04:05Z"],
  ["google.protobuf.Duration", "a duration such as 1.5s"],
  ["google.protobuf.FieldMask", "field names in lowerCamelCase, joined by commas"],
]);

// Those that hold any JSON.
const json = new Set(["google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"]);

/** Whether the type has a form of its own in Protobuf JSON that is text in XML. An Any has none: it is type and bytes. */
export function hasText(desc: DescMessage): boolean {
  return isWrapperDesc(desc) || strings.has(desc.typeName) || json.has(desc.typeName);
}

/** The text that stands for a message of a well-known type; undefined for every other type. */
export function wellKnownText(message: ReflectMessage): string | undefined {
  const { desc } = message;
  if (!hasText(desc)) return undefined;
  if (isWrapperDesc(desc)) return writeScalar(desc.fields[0]!.scalar!, message.get(desc.fields[0]!), "json");
  const value = toJson(desc, message.message);
  return strings.has(desc.typeName) ? String(value) : JSON.stringify(value);
}

/** Reads that text; an empty one is the empty message. Throws an XmlFault. */
export function readWellKnown(desc: DescMessage, text: string): ReflectMessage {
  if (isWrapperDesc(desc)) {
    const message = reflect(desc);
    message.set(desc.fields[0]!, readScalar(desc.fields[0]!.scalar!, text, "json") as never);
    return message;
  }
  const trimmed = text.trim();
  if (trimmed === "" && desc.typeName !== "google.protobuf.Value") return reflect(desc);
  try {
    return reflect(desc, fromJson(desc, strings.has(desc.typeName) ? trimmed : parseJson(trimmed)) as Message);
  } catch {
    throw new XmlFault(strings.get(desc.typeName) ?? `JSON for ${desc.typeName}`, quote(trimmed));
  }
}

// As deep as messages may be in most Protobuf implementations: what is read here will be written somewhere.
const maxJsonDepth = 100;

function parseJson(text: string): JsonValue {
  const value = JSON.parse(text) as JsonValue;
  if (depthOf(value, maxJsonDepth) > maxJsonDepth) throw new RangeError("too deep");
  return value;
}

function depthOf(value: JsonValue, left: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (left === 0) return 1;
  let depth = 0;
  for (const item of Object.values(value)) depth = Math.max(depth, depthOf(item, left - 1));
  return depth + 1;
}
