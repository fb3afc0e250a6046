import { type DescField, type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { ConfigError, messageOf } from "./config-error.ts";
import type { ResolvedTree } from "./resolve.ts";
import { type ConfigValue, isTree } from "./tree.ts";

/** Reads a tree as the Protobuf JSON of a message; fields that it does not have are left out, as in Go Kratos. */
export function checkMessage(desc: DescMessage, { tree, origin }: ResolvedTree): unknown {
  const json = jsonOf(tree);
  try {
    return fromJson(desc, json, lenient);
  } catch (cause) {
    const path = pathOfFailure(desc, json);
    const message = `expected the Protobuf JSON of ${desc.typeName}: ${messageOf(cause)}`;
    throw new ConfigError([{ path: path.join("."), ...origin(path), message }], { cause });
  }
}

const lenient = { ignoreUnknownFields: true };

/** Protobuf JSON has 64-bit integers as text. */
function jsonOf(value: ConfigValue): JsonValue {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOf(item)]));
  return value as JsonValue;
}

/** The parser's error names the field, not the way to it: looked for by reading ever smaller parts. */
function pathOfFailure(desc: DescMessage, json: JsonValue): string[] {
  if (!isTree(json)) return [];
  for (const [name, value] of Object.entries(json) as [string, JsonValue][]) {
    const field = desc.fields.find((field) => field.jsonName === name || field.name === name);
    if (field !== undefined && fails(desc, { [name]: value })) return [name, ...pathInField(desc, field, name, value)];
  }
  return [];
}

function pathInField(desc: DescMessage, field: DescField, name: string, value: JsonValue): string[] {
  if (field.fieldKind === "message") return pathOfFailure(field.message, value);
  if (field.fieldKind !== "list" && field.fieldKind !== "map") return [];
  if (typeof value !== "object" || value === null) return [];
  for (const [key, item] of Object.entries(value) as [string, JsonValue][]) {
    const part = field.fieldKind === "list" ? [item] : { [key]: item };
    if (fails(desc, { [name]: part }))
      return [key, ...(field.message === undefined ? [] : pathOfFailure(field.message, item))];
  }
  return [];
}

function fails(desc: DescMessage, json: JsonValue): boolean {
  try {
    fromJson(desc, json, lenient);
    return false;
  } catch {
    return true;
  }
}
