import { clone, create, createFileRegistry, type DescFile, type DescMessage, hasExtension } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { disabled, ignored, required, rules } from "../gen/validate/validate_pb.ts";
import { translateMessage } from "./translate-message.ts";

/**
 * The same message type, with rules of protovalidate where the proto has rules of protoc-gen-validate; the descriptor
 * itself when it has none. Messages of the one can be validated with the other: they are told apart by name alone.
 */
export function withProtovalidateRules(schema: DescMessage): DescMessage {
  const files = filesOf(schema.file);
  if (!files.some(({ proto }) => proto.messageType.some(hasRules))) return schema;
  const file = files.map(({ proto }) => translated(proto));
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file }));
  const found = registry.getMessage(schema.typeName);
  if (found === undefined) throw new Error(`${schema.typeName} is not in ${schema.file.name}`);
  return found;
}

/** A file and all that it imports, each once, imports first. */
function filesOf(file: DescFile, found: DescFile[] = []): DescFile[] {
  if (found.includes(file)) return found;
  for (const imported of file.dependencies) filesOf(imported, found);
  if (!found.includes(file)) found.push(file);
  return found;
}

function hasRules(message: DescriptorProto): boolean {
  const { options, field, oneofDecl, nestedType } = message;
  if (options && (hasExtension(options, disabled) || hasExtension(options, ignored))) return true;
  if (field.some(({ options }) => options && hasExtension(options, rules))) return true;
  return oneofDecl.some(({ options }) => options && hasExtension(options, required)) || nestedType.some(hasRules);
}

function translated(file: FileDescriptorProto): FileDescriptorProto {
  if (!file.messageType.some(hasRules)) return file;
  const copy = clone(FileDescriptorProtoSchema, file);
  for (const message of copy.messageType) translateMessage(message);
  return copy;
}
