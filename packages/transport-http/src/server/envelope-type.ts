import { create, createFileRegistry, type DescFile, type DescMessage } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";

/** What the fields of an envelope are called on the wire. */
export interface EnvelopeNames {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
  readonly data: string;
  readonly metadata: string;
}

/** The field `data`: a descriptor without name and number, and what that needs. */
export interface DataField {
  readonly proto: FieldDescriptorProto;
  /** The type of its entries, when it is a map. */
  readonly entry: DescriptorProto | undefined;
  /** The file that has its type. */
  readonly file: DescFile;
}

// A type made at run time serves every codec: each compiles it as any other message. The numbers of `errors.Status`
// are kept, so that a caller who reads the binary form as that finds the error. proto2, for its required fields: they
// are written even when they are zero.

/** The type of replies with this `data`. */
export function replyEnvelopeType({ proto, entry, file }: DataField, names: EnvelopeNames): DescMessage {
  const data = create(FieldDescriptorProtoSchema, { ...proto, name: "data", number: 5, jsonName: names.data });
  return typeOf([required("code", names.code), required("message", names.message), data], entry, file);
}

/** The type of errors; their `data` is never set. */
export function errorEnvelopeType(names: EnvelopeNames): DescMessage {
  const data = messageField({ name: "data", number: 5, jsonName: names.data }, `${envelopeName}.Nothing`);
  const metadata = messageField({ name: "metadata", number: 4, jsonName: names.metadata }, `${envelopeName}.Entry`);
  metadata.label = Label.REPEATED;
  const fields = [required("code", names.code), required("reason", names.reason), required("message", names.message)];
  return typeOf([...fields, data, metadata], textEntry());
}

const envelopeName = ".kratos.envelope.Envelope";

const scalars = { code: [1, Type.INT32], reason: [2, Type.STRING], message: [3, Type.STRING] } as const;

function required(name: keyof typeof scalars, jsonName: string): FieldDescriptorProto {
  const [number, type] = scalars[name];
  return create(FieldDescriptorProtoSchema, { name, number, type, label: Label.REQUIRED, jsonName });
}

function messageField(init: { name: string; number: number; jsonName: string }, typeName: string) {
  return create(FieldDescriptorProtoSchema, { ...init, type: Type.MESSAGE, label: Label.OPTIONAL, typeName });
}

function textEntry(): DescriptorProto {
  const field = { type: Type.STRING, label: Label.OPTIONAL };
  return create(DescriptorProtoSchema, {
    name: "Entry",
    field: [
      { ...field, name: "key", number: 1 },
      { ...field, name: "value", number: 2 },
    ],
    options: { mapEntry: true },
  });
}

function typeOf(field: FieldDescriptorProto[], entry: DescriptorProto | undefined, file?: DescFile): DescMessage {
  const nothing = create(DescriptorProtoSchema, { name: "Nothing" });
  const known = file === undefined ? [] : [file, ...file.dependencies];
  const proto = create(FileDescriptorProtoSchema, {
    name: "kratos/envelope.proto",
    package: "kratos.envelope",
    syntax: "proto2",
    dependency: known.map((each) => each.proto.name),
    messageType: [{ name: "Envelope", field, nestedType: entry === undefined ? [nothing] : [nothing, entry] }],
  });
  const registry = createFileRegistry(proto, (name) => known.find((each) => each.proto.name === name));
  return registry.getMessage(envelopeName.slice(1))!;
}

/** The name that the entries of a map in `data` go by within the envelope. */
export function entryTypeName(entry: DescriptorProto): string {
  return `${envelopeName}.${entry.name}`;
}
