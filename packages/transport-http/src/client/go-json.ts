import {
  create,
  type DescField,
  type DescMessage,
  type DescOneof,
  isMessage,
  type JsonValue,
  type Message,
  type MessageInitShape,
  toJson,
} from "@bufbuild/protobuf";
import type { ReflectList, ReflectMap, ReflectMessage } from "@bufbuild/protobuf/reflect";
import { reflect } from "@bufbuild/protobuf/reflect";
import { base64Encode } from "@bufbuild/protobuf/wire";
import { KratosError } from "@kratos-ts/core";
import { goName, hasGoForm } from "./go-names.ts";

/** A body in Go's struct JSON. */
export interface GoJsonBody {
  readonly text: string;
  /** Something in it is written as in protojson, which Go's struct JSON refuses: write it strictly for that. */
  readonly lenient: boolean;
}

/**
 * Writes a request message, or the field of it that is the body, so that `encoding/json` of Go and Protobuf JSON both
 * read it: original names, numbers for 64-bit integers and enums. They differ in well-known types and oneofs, which are
 * written as in protojson, unless `strict`; the other refuses them.
 */
export function writeGoJson(type: DescMessage | DescField, message: unknown, options: { strict: boolean }): GoJsonBody {
  const desc = type.kind === "message" ? type : type.parent;
  const whole = isMessage(message, desc) ? message : create(desc, message as MessageInitShape<DescMessage>);
  const root = reflect(desc, whole as Message);
  const writer = new Writer(options.strict);
  const value = type.kind === "message" ? writer.message(root) : writer.field(type, root.get(type));
  return { text: JSON.stringify(value), lenient: writer.lenient };
}

class Writer {
  readonly #strict: boolean;
  lenient = false;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  field(field: DescField, value: unknown): JsonValue {
    if (field.fieldKind === "list") return Array.from(value as ReflectList, (item) => this.#single(item));
    if (field.fieldKind !== "map") return this.#single(value);
    const entries = Array.from(value as ReflectMap, ([key, item]) => [String(key), this.#single(item)] as const);
    return Object.fromEntries(entries) as JsonValue;
  }

  #single(value: unknown): JsonValue {
    if (value instanceof Uint8Array) return base64Encode(value);
    if (typeof value === "bigint") return rawNumber(value);
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    return typeof value === "object" ? this.message(value as ReflectMessage) : (value as JsonValue);
  }

  message(value: ReflectMessage): JsonValue {
    const { desc, message } = value;
    if (desc.typeName.startsWith("google.protobuf.") && !(this.#strict && hasGoForm(desc))) {
      this.lenient ||= hasGoForm(desc);
      return toJson(desc, message);
    }
    const out: Record<string, JsonValue> = {};
    for (const field of value.fields) {
      if (!value.isSet(field)) continue;
      const written = this.field(field, value.get(field));
      out[field.name] = written;
      if (field.oneof !== undefined) out[goName(field.oneof.name)] = this.#oneof(field.oneof, field, written);
    }
    return out;
  }

  // Go can write a oneof but not read one. Its name with an object makes Go refuse the body instead of losing the value.
  #oneof(oneof: DescOneof, field: DescField, value: JsonValue): JsonValue {
    if (!this.#strict) {
      this.lenient = true;
      return { [goName(field.name)]: value };
    }
    const what = `the oneof ${oneof.parent.typeName}.${oneof.name} can't be sent to a Go server in this place`;
    throw new KratosError({ code: 400, reason: "CODEC", message: `field ${field.name} of the request: ${what}` });
  }
}

// JSON.rawJSON (V8 11.4) writes digits that a double can't hold; TypeScript does not know it yet.
function rawNumber(value: bigint): JsonValue {
  return (JSON as unknown as { rawJSON(text: string): JsonValue }).rawJSON(String(value));
}
