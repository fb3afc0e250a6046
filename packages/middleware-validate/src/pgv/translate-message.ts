import { create, getExtension, hasExtension, setExtension } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Type,
  FieldOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import {
  FieldRulesSchema,
  field as fieldExtension,
  Ignore,
  OneofRulesSchema,
  oneof as oneofExtension,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { disabled, ignored, required, rules } from "../gen/validate/validate_pb.ts";
import { translateRules } from "./translate-rules.ts";

/** Gives a message the rules of protovalidate that its rules of protoc-gen-validate mean. */
export function translateMessage(message: DescriptorProto): void {
  for (const nested of message.nestedType) translateMessage(nested);
  if (isSwitchedOff(message)) {
    for (const field of message.field) setAside(field);
    return;
  }
  for (const field of message.field) {
    if (field.options === undefined || !hasExtension(field.options, rules)) continue;
    setExtension(field.options, fieldExtension, translateRules(getExtension(field.options, rules)));
  }
  for (const oneof of message.oneofDecl) {
    if (oneof.options === undefined || !getExtension(oneof.options, required)) continue;
    setExtension(oneof.options, oneofExtension, create(OneofRulesSchema, { required: true }));
  }
}

function isSwitchedOff({ options }: DescriptorProto): boolean {
  return options !== undefined && (getExtension(options, disabled) || getExtension(options, ignored));
}

/** In a message that is switched off nothing is looked at, messages in its fields neither. */
function setAside(field: FieldDescriptorProto): void {
  if (field.type !== FieldDescriptorProto_Type.MESSAGE) return;
  field.options ??= create(FieldOptionsSchema);
  setExtension(field.options, fieldExtension, create(FieldRulesSchema, { ignore: Ignore.ALWAYS }));
}
