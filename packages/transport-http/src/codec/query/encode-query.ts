import type { DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { refuse } from "../json/encode-scalar.ts";
import { isWrapperField } from "../local-form.ts";
import { escapeQuery } from "./query-pairs.ts";
import { textWriter, type WriteText } from "./write-text.ts";

export type MessageInit = Readonly<Record<string, unknown>>;

/** Adds the parameters of a field to a query. */
type WriteField = (message: MessageInit, query: QueryWriter, at: Prefix) => void;

/** Where a message stands within the whole: its paths in JSON names and in original names, each ending with a dot. */
interface Prefix {
  readonly key: string;
  readonly path: string;
}

/** A query being written. */
export interface QueryWriter {
  /** Fields left out, by their paths in original names. */
  readonly skip: ReadonlySet<string> | undefined;
  readonly pairs: [key: string, values: string[]][];
}

const writers = new WeakMap<DescMessage, readonly WriteField[]>();

/** The query of a message or an init of one: what has a value, keys in order as Go's clients have them. */
export function encodeQuery(desc: DescMessage, message: MessageInit, skip: ReadonlySet<string> | undefined): string {
  const query: QueryWriter = { skip, pairs: [] };
  writeMessage(desc, message, query, { key: "", path: "" });
  query.pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  let text = "";
  for (const [key, values] of query.pairs) {
    const name = escapeQuery(key);
    for (const value of values) text += `${text === "" ? "" : "&"}${name}=${escapeQuery(value)}`;
  }
  return text;
}

function writeMessage(desc: DescMessage, message: MessageInit, query: QueryWriter, at: Prefix): void {
  let fields = writers.get(desc);
  if (fields === undefined) {
    fields = desc.members.map((member) => (member.kind === "oneof" ? oneofWriter(member) : fieldWriter(member)));
    writers.set(desc, fields);
  }
  for (const write of fields) write(message, query, at);
}

function oneofWriter(oneof: DescOneof): WriteField {
  const members = new Map(oneof.fields.map((field) => [field.localName, valueWriter(field)]));
  return (message, query, at) => {
    const set = message[oneof.localName] as { case?: string; value?: unknown } | undefined;
    if (set?.case != null && set.value != null) members.get(set.case)?.(set.value, query, at);
  };
}

function fieldWriter(field: DescField): WriteField {
  const write = valueWriter(field);
  const { localName } = field;
  const zero = implicitZero(field);
  return (message, query, at) => {
    const value = Object.hasOwn(message, localName) ? message[localName] : undefined;
    if (value != null && !isZero(value, zero)) write(value, query, at);
  };
}

/** The value at which a field counts as not set; undefined where it has a presence of its own. */
function implicitZero(field: DescField): unknown {
  if (field.presence !== Presence.IMPLICIT) return undefined;
  if (field.fieldKind === "enum") return field.enum.values[0]!.number;
  return field.fieldKind === "scalar" ? scalarZeroValue(field.scalar, false) : undefined;
}

function isZero(value: unknown, zero: unknown): boolean {
  if (zero instanceof Uint8Array) return (value as Uint8Array).length === 0;
  // A 64-bit zero in any form that protobuf-es has; but the negative zero of a double is a value.
  if (typeof zero === "bigint") return value === zero || value === "0" || value === 0;
  return Object.is(value, zero);
}

type WriteFieldValue = (value: unknown, query: QueryWriter, at: Prefix) => void;

function valueWriter(field: DescField): WriteFieldValue {
  const { name, jsonName } = field;
  const add = valuesWriter(field, wellFormedWriter(field));
  return (value, query, at) => {
    const path = at.path + name;
    if (query.skip?.has(path) !== true) add(value, query, { key: at.key + jsonName, path });
  };
}

/** What has no UTF-8 can't be escaped. */
function wellFormedWriter(field: DescField): WriteText | undefined {
  const write = textWriter(field);
  if (write === undefined) return undefined;
  return (value) => {
    const text = write(value);
    return text.isWellFormed() ? text : refuse(field, "text without a lone surrogate", value);
  };
}

function valuesWriter(field: DescField, write: WriteText | undefined): WriteFieldValue {
  switch (field.fieldKind) {
    // Lists and maps of messages have no place in a query: Go leaves them out too.
    case "list":
      return write === undefined ? noValue : (value, query, { key }) => addList(value as unknown[], query, key, write);
    case "map":
      return write === undefined ? noValue : mapWriter(field, write);
    case "message":
      return write === undefined ? messageValueWriter(field.message) : singleWriter(field, write);
    default:
      return singleWriter(field, write!);
  }
}

function noValue(): void {}

function singleWriter(field: DescField, write: WriteText): WriteFieldValue {
  const wraps = isWrapperField(field);
  return (value, query, { key }) => {
    const text = write(value);
    // A reader takes an empty value for none, but a path below the wrapper makes it.
    query.pairs.push([wraps && text === "" ? `${key}.value` : key, [text]]);
  };
}

function addList(values: readonly unknown[], query: QueryWriter, key: string, write: WriteText): void {
  if (values.length > 0) query.pairs.push([key, values.map(write)]);
}

function mapWriter(field: DescField, write: WriteText): WriteFieldValue {
  return (value, query, { key }) => {
    for (const [name, entry] of Object.entries(value as MessageInit)) {
      if (!name.isWellFormed()) refuse(field, "keys without a lone surrogate", name);
      query.pairs.push([`${key}[${name}]`, [write(entry)]]);
    }
  };
}

function messageValueWriter(desc: DescMessage): WriteFieldValue {
  // A Struct can be read as JSON, but Go writes none; a ListValue can be neither.
  if (desc.typeName === "google.protobuf.Struct" || desc.typeName === "google.protobuf.ListValue") return noValue;
  return (value, query, { key, path }) =>
    writeMessage(desc, value as MessageInit, query, { key: `${key}.`, path: `${path}.` });
}
