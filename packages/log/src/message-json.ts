import {
  createRegistry,
  type DescExtension,
  type DescField,
  type DescMessage,
  type DescMethod,
  type JsonObject,
  type JsonValue,
  type Message,
  type Registry,
  toJson,
} from "@bufbuild/protobuf";
import { masked } from "./masking.ts";

/** Descriptors in which the types of messages are looked up: services, files, messages, registries. */
export type MessageTypes = Parameters<typeof createRegistry>;

/** Makes JSON of messages. */
export interface MessageWriter {
  /** Protobuf JSON without what is sensitive; for a type that is not known, the name of the type alone. */
  write(message: Message, method: DescMethod | undefined): JsonValue;
}

/**
 * Writes messages as Protobuf JSON with those fields masked that have the option `debug_redact`. Types are found among
 * `types`, and in the files of the method that is being called.
 */
export function createMessageWriter(types: MessageTypes): MessageWriter {
  const known = createRegistry(...types.map(wholeFile));
  const ofMethods = new WeakMap<DescMethod, Registry>();
  const registryOf = (method: DescMethod): Registry => {
    let registry = ofMethods.get(method);
    if (registry === undefined) {
      registry = createRegistry(known, method.parent.file, method.input.file, method.output.file);
      ofMethods.set(method, registry);
    }
    return registry;
  };
  return {
    write(message, method) {
      const registry = method === undefined ? known : registryOf(method);
      const type = registry.getMessage(message.$typeName);
      if (type === undefined) return { "@type": message.$typeName };
      const json = toJson(type, message, { registry });
      return redact(type, { json, registry });
    },
  };
}

/** A service or a message says little without the file it is in. */
function wholeFile(type: MessageTypes[number]): MessageTypes[number] {
  return "kind" in type && (type.kind === "service" || type.kind === "message") ? type.file : type;
}

/** The same JSON with what is sensitive masked, in place. */
function redact(type: DescMessage, { json, registry }: { json: JsonValue; registry: Registry }): JsonValue {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return json;
  if (type.typeName === "google.protobuf.Any") return redactAny(json, registry);
  // These have a JSON of their own, and nothing of ours in it.
  if (type.typeName.startsWith("google.protobuf.")) return json;
  for (const field of type.fields) {
    const value = json[field.jsonName];
    if (value === undefined) continue;
    if (isSensitive(field)) json[field.jsonName] = masked;
    else if (field.message !== undefined) redactField(field, { value, registry });
  }
  for (const key of Object.keys(json))
    if (key.startsWith("[") && isSensitive(registry.getExtension(key.slice(1, -1)))) json[key] = masked;
  return json;
}

function isSensitive(field: DescField | DescExtension | undefined): boolean {
  return field?.proto.options?.debugRedact === true;
}

function redactField(field: DescField, { value, registry }: { value: JsonValue; registry: Registry }): void {
  const type = field.message as DescMessage;
  if (typeof value !== "object" || value === null) return;
  const each = field.fieldKind === "message" ? [value] : Object.values(value);
  for (const json of each) redact(type, { json: json as JsonValue, registry });
}

function redactAny(json: JsonObject, registry: Registry): JsonValue {
  const name = String(json["@type"] ?? "").replace(/^.*\//, "");
  const type = registry.getMessage(name);
  return type === undefined ? json : redact(type, { json, registry });
}
