import {
  type DescField,
  type DescMessage,
  type Message,
  type MessageShape,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { FeatureSet_FieldPresence, isWrapperDesc } from "@bufbuild/protobuf/wkt";

/** Encodes messages of one type, as `toBinary` does. */
export type MessageEncoder<D extends DescMessage = DescMessage> = (message: MessageShape<D>) => Uint8Array;

/** Messages by the names of their fields. */
type Local = Message & Record<string, unknown>;
type Writer = (writer: BinaryWriter, message: Local) => void;
type ValueWriter = (writer: BinaryWriter, value: unknown) => void;
type SingularField = DescField & { fieldKind: "scalar" | "enum" | "message" };
type ListField = DescField & { fieldKind: "list" };
type MapField = DescField & { fieldKind: "map" };

// `toBinary` makes a buffer for every message, which costs more than the encoding of a small one; one writer for all
// of them keeps its buffer, and leaves it when a large message has made it grow.
const maxKeptBytes = 64 * 1024;
let shared = new BinaryWriter();

/**
 * The encoder of a message type, compiled once: the same bytes as `toBinary`, without a new buffer each time. What is
 * rare (unknown fields, wrappers and Struct, groups, proto2's required, keys of maps that are no strings) and what is
 * wrong it leaves to `toBinary`, and so has its errors.
 */
export function messageEncoder<D extends DescMessage>(desc: D): MessageEncoder<D> {
  const write = compile(desc);
  return (message) => {
    try {
      write(shared, message as unknown as Local);
      const bytes = shared.finish();
      if (bytes.length > maxKeptBytes) shared = new BinaryWriter();
      return bytes;
    } catch {
      // It holds half of a message.
      shared = new BinaryWriter();
      return toBinary(desc, message);
    }
  };
}

const compiled = new WeakMap<DescMessage, Writer>();

function compile(desc: DescMessage): Writer {
  const known = compiled.get(desc);
  if (known !== undefined) return known;
  const { typeName } = desc;
  const fields: Writer[] = [];
  const write: Writer = (writer, message) => {
    if (message.$typeName !== typeName || message.$unknown !== undefined) throw leftToLibrary;
    for (const field of fields) field(writer, message);
  };
  // Before its fields, which may be of this very type.
  compiled.set(desc, write);
  for (const field of desc.fields.toSorted((a, b) => a.number - b.number)) fields.push(fieldWriter(field));
  return write;
}

const leftToLibrary = new Error("left to toBinary");
const leave: ValueWriter = () => {
  throw leftToLibrary;
};

function fieldWriter(field: DescField): Writer {
  switch (field.fieldKind) {
    case "list":
      return listWriter(field);
    case "map":
      return mapWriter(field);
    case "message":
      return singularWriter(field, childWriter(field));
    default:
      return singularWriter(field, taggedWriter(field, field.number));
  }
}

function singularWriter(field: SingularField, write: ValueWriter): Writer {
  const { localName: name, oneof } = field;
  if (oneof !== undefined) {
    return (writer, message) => {
      const chosen = message[oneof.localName] as { case: string | undefined; value: unknown };
      if (chosen.case === name) write(writer, chosen.value);
    };
  }
  if (field.fieldKind === "message" || field.presence !== FeatureSet_FieldPresence.IMPLICIT) {
    const required = field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
    return (writer, message) => {
      // What is not set may be found on the prototype, as a default.
      if (message[name] !== undefined && Object.hasOwn(message, name)) write(writer, message[name]);
      else if (required) throw leftToLibrary;
    };
  }
  const zero = zeroTest(field);
  return (writer, message) => {
    const value = message[name];
    if (!zero(value)) write(writer, value);
  };
}

function listWriter(field: ListField): Writer {
  const { localName: name, number } = field;
  if (field.listKind !== "message" && field.packed) return packedWriter(field);
  const write = field.listKind === "message" ? childWriter(field) : taggedWriter(field, number);
  return (writer, message) => {
    for (const item of message[name] as unknown[]) write(writer, item);
  };
}

function packedWriter(field: ListField & { listKind: "scalar" | "enum" }): Writer {
  const { localName: name, number } = field;
  const write = scalarWriters[scalarOf(field)];
  return (writer, message) => {
    const items = message[name] as unknown[];
    if (items.length === 0) return;
    writer.tag(number, WireType.LengthDelimited).fork();
    for (const item of items) write(writer, item);
    writer.join();
  };
}

function mapWriter(field: MapField): Writer {
  const { localName: name, number } = field;
  const plainKeys = field.mapKey === ScalarType.STRING;
  const write = field.mapKind === "message" ? nestedWriter(field.message, 2) : taggedWriter(field, 2);
  return (writer, message) => {
    const entries = message[name] as Record<string, unknown>;
    for (const key of Object.keys(entries)) {
      if (!plainKeys) throw leftToLibrary;
      writer.tag(number, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(key);
      write(writer, entries[key]);
      writer.join();
    }
  };
}

function childWriter(field: SingularField | ListField): ValueWriter {
  const { message: desc, delimitedEncoding } = field as { message: DescMessage; delimitedEncoding: boolean };
  // Kept as something else than messages, or written in another way.
  if (delimitedEncoding || isWrapperDesc(desc) || desc.typeName === "google.protobuf.Struct") return leave;
  return nestedWriter(desc, field.number);
}

function nestedWriter(desc: DescMessage, number: number): ValueWriter {
  const write = compile(desc);
  return (writer, value) => {
    writer.tag(number, WireType.LengthDelimited).fork();
    write(writer, value as Local);
    writer.join();
  };
}

function taggedWriter(field: DescField, number: number): ValueWriter {
  const scalar = scalarOf(field);
  const wireType = wireTypes[scalar] ?? WireType.Varint;
  const write = scalarWriters[scalar];
  return (writer, value) => {
    writer.tag(number, wireType);
    write(writer, value);
  };
}

function scalarOf(field: DescField): ScalarType {
  return field.scalar ?? ScalarType.INT32;
}

function zeroTest(field: SingularField): (value: unknown) => boolean {
  if (field.fieldKind === "enum") {
    const zero = field.enum.values[0]?.number;
    return (value) => value === zero;
  }
  switch (field.scalar) {
    case ScalarType.STRING:
      return (value) => value === "";
    case ScalarType.BOOL:
      return (value) => value === false;
    case ScalarType.BYTES:
      return (value) => value instanceof Uint8Array && value.length === 0;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return (value) => Object.is(value, 0);
    default:
      return (value) => value === 0 || value === 0n || value === "0";
  }
}

const wireTypes: { readonly [type in ScalarType]?: WireType } = {
  [ScalarType.STRING]: WireType.LengthDelimited,
  [ScalarType.BYTES]: WireType.LengthDelimited,
  [ScalarType.DOUBLE]: WireType.Bit64,
  [ScalarType.FIXED64]: WireType.Bit64,
  [ScalarType.SFIXED64]: WireType.Bit64,
  [ScalarType.FLOAT]: WireType.Bit32,
  [ScalarType.FIXED32]: WireType.Bit32,
  [ScalarType.SFIXED32]: WireType.Bit32,
};

// The writer checks the values; what it refuses is an error of `toBinary` too.
const scalarWriters: { readonly [type in ScalarType]: ValueWriter } = {
  [ScalarType.DOUBLE]: (writer, value) => writer.double(value as number),
  [ScalarType.FLOAT]: (writer, value) => writer.float(value as number),
  [ScalarType.INT64]: (writer, value) => writer.int64(value as bigint),
  [ScalarType.UINT64]: (writer, value) => writer.uint64(value as bigint),
  [ScalarType.INT32]: (writer, value) => writer.int32(value as number),
  [ScalarType.FIXED64]: (writer, value) => writer.fixed64(value as bigint),
  [ScalarType.FIXED32]: (writer, value) => writer.fixed32(value as number),
  [ScalarType.BOOL]: (writer, value) => writer.bool(value as boolean),
  [ScalarType.STRING]: (writer, value) => writer.string(value as string),
  [ScalarType.BYTES]: (writer, value) => writer.bytes(value as Uint8Array),
  [ScalarType.UINT32]: (writer, value) => writer.uint32(value as number),
  [ScalarType.SFIXED32]: (writer, value) => writer.sfixed32(value as number),
  [ScalarType.SFIXED64]: (writer, value) => writer.sfixed64(value as bigint),
  [ScalarType.SINT32]: (writer, value) => writer.sint32(value as number),
  [ScalarType.SINT64]: (writer, value) => writer.sint64(value as bigint),
};
