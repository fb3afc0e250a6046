import type { DescField, DescMessage, Registry } from "@bufbuild/protobuf";
import type { CompiledCodec, MessageCodec } from "@kratos-ts/core";
import { codecError } from "./codec-error.ts";
import { emptyValue } from "./empty-value.ts";
import { fieldValueReader } from "./json/decode-field.ts";
import { type DecodeScope, messageReader } from "./json/decode-message.ts";
import { type ReadValue, unknownEnumName } from "./json/decode-scalar.ts";
import { fieldValueWriter } from "./json/encode-field.ts";
import { type EncodeScope, messageWriter } from "./json/encode-message.ts";
import type { WriteValue } from "./json/encode-scalar.ts";
import { isJsonFault, jsonError } from "./json/json-fault.ts";
import { JsonOutput } from "./json/json-output.ts";
import { JsonReader } from "./json/json-reader.ts";

export interface JsonCodecOptions {
  /** The content subtype. Default `json`. */
  name?: string | undefined;
  /** The message types that a `google.protobuf.Any` can hold. Default none: an Any with content is an error. */
  registry?: Pick<Registry, "getMessage"> | undefined;
}

/**
 * Protobuf JSON (https://protobuf.dev/programming-guides/json/) as Kratos speaks it. Writing: fields without a value
 * are there too (messages as `null`), save for optional fields and oneofs that are not set; names are lowerCamelCase.
 * Reading: unknown fields and unknown enum names are left out, original names are taken too, a field may be given once.
 */
export function createJsonCodec(options: JsonCodecOptions = {}): MessageCodec {
  const { name = "json", registry } = options;
  const decodeScope: DecodeScope = { registry, messages: new WeakMap() };
  const encodeScope: EncodeScope = { registry, messages: new WeakMap() };
  return {
    name,
    compile(type) {
      const isMessage = type.kind === "message";
      const read = isMessage ? messageReader(type, decodeScope) : fieldValueReader(type, decodeScope);
      const write = isMessage ? messageWriter(type, encodeScope) : fieldValueWriter(type, "", encodeScope);
      return new CompiledJson(type, read, write);
    },
  };
}

/** What `application/json` means: the same as `protojson`, as in Kratos v2. */
export const jsonCodec: MessageCodec = createJsonCodec();

/** What Kratos v3 speaks by default. */
export const protojsonCodec: MessageCodec = createJsonCodec({ name: "protojson" });

class CompiledJson implements CompiledCodec {
  private readonly type: DescMessage | DescField;
  private readonly read: ReadValue;
  private readonly write: WriteValue;
  private readonly empty: () => unknown;

  constructor(type: DescMessage | DescField, read: ReadValue, write: WriteValue) {
    this.type = type;
    this.read = read;
    this.write = write;
    this.empty = emptyValue(type);
  }

  encode(value: unknown): string {
    const out = JsonOutput.take();
    this.write(out, value ?? this.empty());
    return out.finish();
  }

  decode(bytes: Uint8Array): unknown {
    // An empty body is the empty message.
    if (bytes.length === 0) return this.empty();
    const reader = new JsonReader(bytes);
    try {
      const value = this.read(reader);
      reader.end();
      return value === unknownEnumName ? this.empty() : value;
    } catch (thrown) {
      throw this.explain(thrown, bytes);
    }
  }

  private explain(thrown: unknown, bytes: Uint8Array): unknown {
    const { type } = this;
    if (isJsonFault(thrown)) return jsonError(thrown, bytes, type.kind === "field" ? type.jsonName : "");
    // The stack ran out: messages within messages are read by recursion.
    if (thrown instanceof RangeError) return codecError({ where: "body", expected: "less nesting", cause: thrown });
    return thrown;
  }
}
