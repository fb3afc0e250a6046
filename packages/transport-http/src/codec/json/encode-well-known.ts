import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { formatDuration } from "../text/duration-text.ts";
import { formatFieldMask } from "../text/field-mask-text.ts";
import { formatTimestamp } from "../text/timestamp-text.ts";
import { wellKnownKind } from "../well-known.ts";
import { type EncodeScope, messageWriter, plainWriter, type WriteMessage } from "./encode-message.ts";
import { quoteJson, scalarWriter, zeroText } from "./encode-scalar.ts";

/** Writes a type that has a JSON form of its own; undefined for every other. */
export function wellKnownWriter(desc: DescMessage, scope: EncodeScope): WriteMessage | undefined {
  switch (wellKnownKind(desc)) {
    case "Any":
      return (message) => writeAny(message, scope);
    case "Timestamp":
      return secondsWriter(desc, "0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z", formatTimestamp);
    case "Duration":
      return secondsWriter(desc, "±315576000000 s with nanos of the same sign", formatDuration);
    case "FieldMask":
      return writeFieldMask;
    case "Struct":
      return writeStruct;
    case "Value":
      return writeValue;
    case "ListValue":
      return writeListValue;
    case "wrapper":
      return wrapperWriter(desc);
    default:
      return undefined;
  }
}

function wrapperWriter(desc: DescMessage): WriteMessage {
  const [field] = desc.fields;
  const write = scalarWriter(field!, field!.scalar!, "");
  const zero = write(scalarZeroValue(field!.scalar!, false));
  return ({ value }) => (value == null ? zero : write(value));
}

function secondsWriter(
  desc: DescMessage,
  range: string,
  format: (seconds: number, nanos: number) => string | undefined,
): WriteMessage {
  return (message) => {
    if (message instanceof Date)
      throw new TypeError(`cannot encode a Date as ${desc.typeName}: use timestampFromDate of @bufbuild/protobuf/wkt`);
    const { seconds, nanos } = message;
    const text = format(Number(seconds ?? 0), Number(nanos ?? 0));
    if (text === undefined) throw new RangeError(`cannot encode ${desc.typeName}: it must be within ${range}`);
    return `"${text}"`;
  };
}

function writeFieldMask(message: Record<string, unknown>): string {
  const paths = (message.paths ?? []) as string[];
  const text = formatFieldMask(paths);
  if (text === undefined)
    throw new TypeError(
      `cannot encode google.protobuf.FieldMask: a path must be of field names in snake_case: ${paths.join()}`,
    );
  return quoteJson(text);
}

function writeStruct(message: Record<string, unknown>): string {
  const fields = (message.fields ?? {}) as Record<string, Record<string, unknown>>;
  const entries = Object.entries(fields).map(([key, value]) => `${quoteJson(key)}:${writeValue(value)}`);
  return `{${entries.join()}}`;
}

function writeListValue(message: Record<string, unknown>): string {
  const values = (message.values ?? []) as Record<string, unknown>[];
  return `[${values.map(writeValue).join()}]`;
}

function writeValue(message: Record<string, unknown>): string {
  const { case: kind, value } = (message.kind ?? {}) as { case?: string; value?: unknown };
  if (kind === "structValue") return writeStruct(value as Record<string, unknown>);
  if (kind === "listValue") return writeListValue(value as Record<string, unknown>);
  if (kind === "nullValue") return "null";
  if (kind === undefined) throw new TypeError("cannot encode google.protobuf.Value: it has no value");
  return writeJson(value);
}

/** Writes any JSON value; what JSON can't say, such as NaN, is refused. */
export function writeJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quoteJson(value);
    case "number":
      if (Number.isFinite(value)) return value === 0 ? zeroText(value) : String(value);
      throw new TypeError(`cannot encode ${value} in a google.protobuf.Struct or Value: JSON has no such number`);
    case "boolean":
      return String(value);
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? `[${value.map(writeJson).join()}]` : writeJsonObject(value);
    default:
      throw new TypeError(`cannot encode a ${typeof value} in a google.protobuf.Struct or Value`);
  }
}

function writeJsonObject(value: object): string {
  const entries: string[] = [];
  // As in JSON.stringify, what is undefined is not there.
  for (const [key, entry] of Object.entries(value))
    if (entry !== undefined) entries.push(`${quoteJson(key)}:${writeJson(entry)}`);
  return `{${entries.join()}}`;
}

function writeAny(message: Record<string, unknown>, scope: EncodeScope): string {
  const typeUrl = (message.typeUrl ?? "") as string;
  const bytes = (message.value ?? new Uint8Array()) as Uint8Array;
  if (typeUrl === "" && bytes.length === 0) return "{}";
  const type = scope.registry?.getMessage(typeUrl.slice(typeUrl.lastIndexOf("/") + 1));
  if (type === undefined)
    throw new TypeError(
      `cannot encode google.protobuf.Any: the codec's registry has no ${JSON.stringify(typeUrl)}; give it one with createJsonCodec({ registry })`,
    );
  const opening = `{"@type":${quoteJson(typeUrl)}`;
  const value = fromBinary(type, bytes) as unknown as Record<string, unknown>;
  if (wellKnownKind(type) !== undefined || type.typeName === "google.protobuf.Empty")
    return `${opening},"value":${messageWriter(type, scope)(value)}}`;
  return plainWriter(type, scope, opening)(value);
}
