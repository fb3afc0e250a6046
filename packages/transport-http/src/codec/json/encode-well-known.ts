import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { formatDuration } from "../text/duration-text.ts";
import { formatFieldMask } from "../text/field-mask-text.ts";
import { formatTimestamp } from "../text/timestamp-text.ts";
import { wellKnownKind } from "../well-known.ts";
import { type EncodeScope, fieldsWriter, messageWriter, type WriteMessage } from "./encode-message.ts";
import { scalarWriter, type WriteValue, zeroText } from "./encode-scalar.ts";
import { type JsonOutput, type Piece, pieceOf } from "./json-output.ts";

/** Writes a type that has a JSON form of its own; undefined for every other. */
export function wellKnownWriter(desc: DescMessage, scope: EncodeScope): WriteMessage | undefined {
  switch (wellKnownKind(desc)) {
    case "Any":
      return (out, message) => writeAny(out, message, scope);
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

const quote = pieceOf('"');
const nullPiece = pieceOf("null");

function wrapperWriter(desc: DescMessage): WriteMessage {
  const [field] = desc.fields;
  const write = scalarWriter(field!, field!.scalar!, "");
  const zero = scalarZeroValue(field!.scalar!, false);
  return (out, { value }) => write(out, value ?? zero);
}

function secondsWriter(
  desc: DescMessage,
  range: string,
  format: (seconds: number, nanos: number) => string | undefined,
): WriteMessage {
  return (out, message) => {
    if (message instanceof Date)
      throw new TypeError(`cannot encode a Date as ${desc.typeName}: use timestampFromDate of @bufbuild/protobuf/wkt`);
    const { seconds, nanos } = message;
    const text = format(Number(seconds ?? 0), Number(nanos ?? 0));
    if (text === undefined) throw new RangeError(`cannot encode ${desc.typeName}: it must be within ${range}`);
    out.string(quote, text);
  };
}

function writeFieldMask(out: JsonOutput, message: Record<string, unknown>): void {
  const paths = (message.paths ?? []) as string[];
  const text = formatFieldMask(paths);
  if (text === undefined)
    throw new TypeError(
      `cannot encode google.protobuf.FieldMask: a path must be of field names in snake_case: ${paths.join()}`,
    );
  out.string(quote, text);
}

function writeStruct(out: JsonOutput, message: Record<string, unknown>): void {
  writeEntries(out, (message.fields ?? {}) as Record<string, unknown>, writeValue as WriteValue);
}

function writeListValue(out: JsonOutput, message: Record<string, unknown>): void {
  writeItems(out, (message.values ?? []) as unknown[], writeValue as WriteValue);
}

function writeValue(out: JsonOutput, message: Record<string, unknown>): void {
  const { case: kind, value } = (message.kind ?? {}) as { case?: string; value?: unknown };
  if (kind === "structValue") writeStruct(out, value as Record<string, unknown>);
  else if (kind === "listValue") writeListValue(out, value as Record<string, unknown>);
  else if (kind === "nullValue") out.piece(nullPiece);
  else if (kind === undefined) throw new TypeError("cannot encode google.protobuf.Value: it has no value");
  else writeJson(out, value);
}

/** Writes any JSON value; what JSON can't say, such as NaN, is refused. */
export function writeJson(out: JsonOutput, value: unknown): void {
  switch (typeof value) {
    case "string":
      out.string(quote, value);
      break;
    case "number":
      if (!Number.isFinite(value))
        throw new TypeError(`cannot encode ${value} in a google.protobuf.Struct or Value: JSON has no such number`);
      out.text(value === 0 ? zeroText(value) : String(value));
      break;
    case "boolean":
      out.text(String(value));
      break;
    case "object":
      if (value === null) out.piece(nullPiece);
      else if (Array.isArray(value)) writeItems(out, value, writeJson);
      else writeEntries(out, value, writeJson);
      break;
    default:
      throw new TypeError(`cannot encode a ${typeof value} in a google.protobuf.Struct or Value`);
  }
}

const beforeItem: readonly [Piece, Piece] = [pieceOf("["), pieceOf(",")];
const beforeKey: readonly [Piece, Piece] = [pieceOf('{"'), pieceOf(',"')];
const colon = 0x3a;

function writeItems(out: JsonOutput, items: readonly unknown[], write: WriteValue): void {
  for (let i = 0; i < items.length; i++) {
    out.piece(beforeItem[i === 0 ? 0 : 1]);
    write(out, items[i]);
  }
  if (items.length === 0) out.text("[]");
  else out.byte(0x5d);
}

function writeEntries(out: JsonOutput, entries: object, write: WriteValue): void {
  let count = 0;
  for (const [key, entry] of Object.entries(entries)) {
    // As in JSON.stringify, what is undefined is not there.
    if (entry === undefined) continue;
    out.string(beforeKey[count++ === 0 ? 0 : 1], key);
    out.byte(colon);
    write(out, entry);
  }
  if (count === 0) out.text("{}");
  else out.byte(0x7d);
}

const openAny = pieceOf('{"@type":"');
const anyValue = pieceOf(',"value":');

function writeAny(out: JsonOutput, message: Record<string, unknown>, scope: EncodeScope): void {
  const typeUrl = (message.typeUrl ?? "") as string;
  const bytes = (message.value ?? new Uint8Array()) as Uint8Array;
  if (typeUrl === "" && bytes.length === 0) {
    out.text("{}");
    return;
  }
  const type = scope.registry?.getMessage(typeUrl.slice(typeUrl.lastIndexOf("/") + 1));
  if (type === undefined)
    throw new TypeError(
      `cannot encode google.protobuf.Any: the codec's registry has no ${JSON.stringify(typeUrl)}; give it one with createJsonCodec({ registry })`,
    );
  const value = fromBinary(type, bytes) as unknown as Record<string, unknown>;
  out.string(openAny, typeUrl);
  if (wellKnownKind(type) !== undefined || type.typeName === "google.protobuf.Empty") {
    out.piece(anyValue);
    messageWriter(type, scope)(out, value);
  } else fieldsWriter(type, scope)(out, value);
  out.byte(0x7d);
}
