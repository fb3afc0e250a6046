import { create, type DescField, type DescMessage, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import {
  FieldDescriptorProtoSchema,
  isWrapperDesc,
  FieldDescriptorProto_Label as Label,
  StructSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { emptyValue } from "../codec/empty-value.ts";
import { type DataField, type EnvelopeNames, entryTypeName, replyEnvelopeType } from "./envelope-type.ts";

/** The `data` of an envelope around one type. */
export interface EnvelopeData {
  readonly type: DescMessage;
  /** The value of the field for what a handler gave. */
  of(value: unknown): unknown;
}

export function compileEnvelopeData(type: DescMessage | DescField, names: EnvelopeNames): EnvelopeData {
  if (type.kind === "message")
    return { type: replyEnvelopeType(messageData(type), names), of: asFieldValue(type) ?? same };
  const envelope = replyEnvelopeType(fieldData(type), names);
  // Within a oneof protobuf-es holds these as messages, elsewhere as plain values.
  const unwrap = type.oneof !== undefined && type.message !== undefined ? asFieldValue(type.message) : undefined;
  const empty = emptyValue(envelope.field.data as DescField);
  return { type: envelope, of: (value) => (value == null ? empty() : (unwrap ?? same)(value)) };
}

function messageData(desc: DescMessage): DataField {
  const init = { type: Type.MESSAGE, label: Label.OPTIONAL, typeName: `.${desc.typeName}` };
  return { proto: create(FieldDescriptorProtoSchema, init), entry: undefined, file: desc.file };
}

function fieldData({ proto, parent, fieldKind }: DescField): DataField {
  const { type, label, typeName } = proto;
  const entry =
    fieldKind === "map"
      ? parent.proto.nestedType.find((each) => typeName === `.${parent.typeName}.${each.name}`)
      : undefined;
  const name = entry === undefined ? typeName : entryTypeName(entry);
  return { proto: create(FieldDescriptorProtoSchema, { type, label, typeName: name }), entry, file: parent.file };
}

/** How a field holds a message of a type that it does not hold as message; undefined for all others. */
function asFieldValue(desc: DescMessage): ((message: unknown) => unknown) | undefined {
  if (desc.typeName === StructSchema.typeName)
    return (message) => toJson(StructSchema, create(StructSchema, message as MessageInitShape<typeof StructSchema>));
  if (!isWrapperDesc(desc)) return undefined;
  const empty = emptyValue(desc.fields[0] as DescField);
  return (message) => (message as { value?: unknown }).value ?? empty();
}

function same(value: unknown): unknown {
  return value;
}
