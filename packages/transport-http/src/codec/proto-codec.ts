import {
  create,
  type DescField,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonObject,
  type Message,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { isWrapperDesc, StructSchema } from "@bufbuild/protobuf/wkt";
import type { CompiledCodec, MessageCodec } from "@kratos-ts/core";
import { codecError } from "./codec-error.ts";
import { holdsJson } from "./local-form.ts";

/** The binary form of Protobuf, as `application/proto`. A field that is no message has none by itself. */
export const protoCodec: MessageCodec = {
  name: "proto",
  compile(type) {
    if (type.kind === "message") return messageCodec(type);
    if (type.fieldKind !== "message") return refusingCodec(type);
    return type.oneof === undefined && (isWrapperDesc(type.message) || holdsJson(type))
      ? unwrappingCodec(type, type.message)
      : messageCodec(type.message);
  },
};

function messageCodec(desc: DescMessage): CompiledCodec {
  return {
    encode: (value) => toBinary(desc, create(desc, value as Message)),
    decode: (bytes) => decodeMessage(desc, bytes),
  };
}

function decodeMessage(desc: DescMessage, bytes: Uint8Array): Message {
  try {
    return fromBinary(desc, bytes);
  } catch (cause) {
    throw codecError({ where: "body", expected: `${desc.typeName} in binary form`, got: "other bytes", cause });
  }
}

/** For the types that a message does not hold as messages: wrappers and google.protobuf.Struct. */
function unwrappingCodec(field: DescField, desc: DescMessage): CompiledCodec {
  if (holdsJson(field))
    return {
      encode: (value) => toBinary(StructSchema, fromJson(StructSchema, (value ?? {}) as JsonObject)),
      decode: (bytes) => toJson(StructSchema, decodeMessage(StructSchema, bytes) as never),
    };
  return {
    encode: (value) => toBinary(desc, create(desc, { value } as never)),
    decode: (bytes) => (decodeMessage(desc, bytes) as Message & { value: unknown }).value,
  };
}

function refusingCodec(field: DescField): CompiledCodec {
  const expected = `another content type, such as application/json: ${field.name} is no message and has no binary form of its own`;
  return {
    encode: () => {
      throw new TypeError(
        `cannot encode ${String(field)} as application/proto: it is no message; use application/json`,
      );
    },
    decode: () => {
      throw codecError({ where: "body", expected });
    },
  };
}
