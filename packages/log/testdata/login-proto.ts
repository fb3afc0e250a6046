import { create, createFileRegistry, type DescMessage, type DescMethod, type FileRegistry } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

const string = FieldDescriptorProto_Type.STRING;
const message = { type: FieldDescriptorProto_Type.MESSAGE, typeName: ".users.v1.Login" };
const label = FieldDescriptorProto_Label.REPEATED;

/** `users.v1.Login`, a message with a password that is marked `debug_redact`. */
const file = create(FileDescriptorProtoSchema, {
  name: "users.proto",
  package: "users.v1",
  syntax: "proto3",
  messageType: [
    {
      name: "Login",
      field: [
        { name: "user_name", number: 1, type: string, jsonName: "userName" },
        { name: "password", number: 2, type: string, jsonName: "password", options: { debugRedact: true } },
        { name: "seen", number: 3, type: FieldDescriptorProto_Type.INT64, jsonName: "seen" },
        { name: "other", number: 4, ...message, jsonName: "other" },
        { name: "others", number: 5, ...message, label, jsonName: "others" },
        { name: "by_name", number: 6, ...message, typeName: ".users.v1.Login.ByNameEntry", label, jsonName: "byName" },
        { name: "any", number: 7, ...message, typeName: ".google.protobuf.Any", jsonName: "any" },
        { name: "tokens", number: 8, type: string, label, jsonName: "tokens", options: { debugRedact: true } },
      ],
      nestedType: [
        {
          name: "ByNameEntry",
          options: { mapEntry: true },
          field: [
            { name: "key", number: 1, type: string, jsonName: "key" },
            { name: "value", number: 2, ...message, jsonName: "value" },
          ],
        },
      ],
    },
  ],
  service: [
    { name: "Users", method: [{ name: "Login", inputType: ".users.v1.Login", outputType: ".users.v1.Login" }] },
  ],
  dependency: ["google/protobuf/any.proto"],
});

function compile(): FileRegistry {
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [anyFile(), file] }));
}

function anyFile() {
  const { STRING, BYTES } = FieldDescriptorProto_Type;
  return create(FileDescriptorProtoSchema, {
    name: "google/protobuf/any.proto",
    package: "google.protobuf",
    syntax: "proto3",
    messageType: [
      {
        name: "Any",
        field: [
          { name: "type_url", number: 1, type: STRING, jsonName: "typeUrl" },
          { name: "value", number: 2, type: BYTES, jsonName: "value" },
        ],
      },
    ],
  });
}

const registry = compile();
export const LoginSchema = registry.getMessage("users.v1.Login") as DescMessage;
export const loginMethod = registry.getService("users.v1.Users")?.method.login as DescMethod;
