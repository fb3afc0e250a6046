import {
  create,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Message,
  type Registry,
  toJson,
} from "@bufbuild/protobuf";
import type { CompiledCodec, MessageCodec } from "@kratos-ts/core";
import { parseExactly } from "../client/go-json-reader.ts";
import type { TypeFinder } from "../codec/any-types.ts";
import { getField, setField } from "../message-field.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Protobuf JSON by the functions of @bufbuild/protobuf, which a page has anyway: slower than the package's own codec,
 * and a third of the bundle smaller. It writes no fields without a value, which servers read the same.
 */
export function smallJsonCodec(name: string, types: TypeFinder): MessageCodec {
  const registry = {
    getMessage: (typeName: string) => types.getMessage(typeName),
    getExtension() {},
  } as unknown as Registry;
  return {
    name,
    compile: (type) => (type.kind === "message" ? messageCodec(type, registry) : fieldCodec(type, registry)),
  };
}

function messageCodec(desc: DescMessage, registry: Registry): CompiledCodec {
  return {
    encode: (value) => JSON.stringify(toJson(desc, (value as Message | undefined) ?? create(desc), { registry })),
    decode: (bytes) => (bytes.length === 0 ? create(desc) : fromJson(desc, parse(bytes), reading(registry))),
  };
}

// A field alone is read and written as the only one of its message.
function fieldCodec(field: DescField, registry: Registry): CompiledCodec {
  const { parent, jsonName } = field;
  return {
    encode(value) {
      const holder = create(parent);
      if (value !== undefined) setField(holder, field, value);
      const fields = toJson(parent, holder, { registry, alwaysEmitImplicit: true }) as Record<string, JsonValue>;
      return JSON.stringify(fields[jsonName] ?? null);
    },
    decode(bytes) {
      const fields = bytes.length === 0 ? {} : { [jsonName]: parse(bytes) };
      return getField(fromJson(parent, fields, reading(registry)), field);
    },
  };
}

function reading(registry: Registry) {
  return { registry, ignoreUnknownFields: true };
}

function parse(bytes: Uint8Array): JsonValue {
  const text = decoder.decode(bytes);
  // Go's struct JSON has 64-bit integers as numbers.
  return /\d{16}/.test(text) ? parseExactly(text) : (JSON.parse(text) as JsonValue);
}
