import type { JsonValue } from "@bufbuild/protobuf";
import { type CompiledCodec, KratosError, type MessageCodec, type ValueCodec } from "@kratos-ts/core";
import { codecError } from "./codec-error.ts";
import { toBase64 } from "./text/base64.ts";

/**
 * Makes a codec for messages of one for plain values: a message becomes the value that its JSON in `json` stands for, and
 * is read by the same rules.
 */
export function compileValueCodec(codec: ValueCodec, json: MessageCodec): MessageCodec {
  return { name: codec.name, compile: (type) => new CompiledValue(codec, json.compile(type)) };
}

class CompiledValue implements CompiledCodec {
  private readonly codec: ValueCodec;
  private readonly json: CompiledCodec;

  constructor(codec: ValueCodec, json: CompiledCodec) {
    this.codec = codec;
    this.json = json;
  }

  encode(value: unknown): Uint8Array | string {
    return this.codec.encode(JSON.parse(this.json.encode(value) as string));
  }

  decode(bytes: Uint8Array): unknown {
    if (bytes.length === 0) return this.json.decode(bytes);
    return this.json.decode(encoder.encode(jsonOf(this.parse(bytes))));
  }

  private parse(bytes: Uint8Array): JsonValue {
    try {
      return this.codec.decode(bytes);
    } catch (cause) {
      // A codec that says itself what is wrong knows best where.
      if (KratosError.find(cause) !== undefined) throw cause;
      throw codecError({ where: "body", expected: `application/${this.codec.name}`, got: "something else", cause });
    }
  }
}

const encoder = new TextEncoder();

/** The JSON of a parsed value, and of what formats hold beyond JSON: whole numbers of any size, bytes, dates, infinities. */
function jsonOf(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "number") return `"${value}"`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (value instanceof Uint8Array) return `"${toBase64(value)}"`;
  if (value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonOf).join()}]`;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${jsonOf(entry)}`).join()}}`;
}
