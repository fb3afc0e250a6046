import type { DescField, DescMessage, DescMethod } from "@bufbuild/protobuf";
import type { CodecRegistry, NegotiatedCodec } from "../codec/codec-set.ts";
import { getField } from "../message-field.ts";
import type { HttpBinding } from "../rule/http-rule.ts";
import type { CalledServer, Dialect } from "./called-server.ts";
import { writeGoJson } from "./go-json.ts";

/** A body as it is sent. */
export interface EncodedBody {
  readonly contentType: string | undefined;
  /** Null: nothing, which every server reads as the empty message. */
  readonly bytes: Uint8Array | string | null;
  /** What not every server reads, if the body has something of the kind. */
  readonly dialect: Dialect | undefined;
}

/** Encodes the body of one method's requests, in the way that `peer` reads. */
export type BodyEncoder = (message: unknown, peer: CalledServer) => EncodedBody;

export interface BodyOptions {
  readonly codecs: CodecRegistry;
  /** The codec's name; undefined: protojson, and json for peers that don't know it. */
  readonly codec: string | undefined;
}

/** Prepares the body that a rule asks for; undefined when it asks for none. */
export function compileRequestBody(
  method: DescMethod,
  { body }: HttpBinding,
  options: BodyOptions,
): BodyEncoder | undefined {
  if (body === undefined) return undefined;
  return body === "*" ? compileWholeBody(method.input, options) : compileFieldBody(body, options);
}

/** Prepares bodies that hold the whole request message. */
export function compileWholeBody(input: DescMessage, options: BodyOptions): BodyEncoder {
  if (isHttpBody(input)) return rawBody;
  return codecBody(input, options);
}

function compileFieldBody(field: DescField, options: BodyOptions): BodyEncoder {
  if (isPlain(field) && !isForeign(options.codec)) return plainBody(field);
  const encode = isHttpBody(field) ? rawBody : codecBody(field, options);
  return (message, peer) => encode(getField(message, field), peer);
}

/** Whether a field, as a whole body or reply, is more than Go's protojson can do: it takes messages alone. */
export function isPlain(field: DescField): boolean {
  return field.fieldKind !== "message";
}

/** Whether a codec is none of those that Go has for messages alone. */
export function isForeign(codec: string | undefined): boolean {
  return codec !== undefined && codec !== "json" && codec !== "protojson" && codec !== "proto";
}

/** Whether bodies of this type pass through as they are. */
export function isHttpBody(type: DescMessage | DescField): boolean {
  if (type.kind === "message") return type.typeName === "google.api.HttpBody";
  return type.fieldKind === "message" && isHttpBody(type.message);
}

/** The codec of that name. Throws an Error that says which there are. */
export function codecNamed(name: string, codecs: CodecRegistry): NegotiatedCodec {
  const found = codecs.forName(name);
  if (found !== undefined) return found;
  throw new Error(`there is no codec ${JSON.stringify(name)}: there are ${codecs.names.join(", ")}; add it to codecs`);
}

type Encode = (value: unknown) => Uint8Array | string;

function codecBody(type: DescMessage | DescField, { codecs, codec }: BodyOptions): BodyEncoder {
  if (codec === undefined) return protojsonOrJson(type, codecNamed("protojson", codecs));
  const named = codecNamed(codec, codecs);
  const encode = encoderOf(type, named);
  return (value) => encoded(named.contentType, encode, value);
}

function protojsonOrJson(type: DescMessage | DescField, protojson: NegotiatedCodec): BodyEncoder {
  const encode = encoderOf(type, protojson);
  const desc = type.kind === "message" ? type : type.message;
  // What may be whole bodies but no messages in a message (wrappers, Struct) is the same in every JSON.
  const isPlainJson = desc === undefined || desc.typeName.startsWith("google.protobuf.");
  // v3 servers may stand behind the same address as v2 servers, or take their place: they must not misread it.
  const encodeForBoth: Encode = isPlainJson ? encode : (value) => writeGoJson(desc, value, { strict: false }).text;
  return (value, peer) => {
    if (peer.reads.protojson === false) return encoded("application/json", encodeForBoth, value, "json");
    return encoded(protojson.contentType, encode, value, "protojson");
  };
}

function encoderOf(type: DescMessage | DescField, { codec }: NegotiatedCodec): Encode {
  const compiled = codec.compile(type);
  return (value) => compiled.encode(value);
}

function encoded(contentType: string, encode: Encode, value: unknown, dialect?: Dialect): EncodedBody {
  return { contentType, bytes: value === undefined ? null : encode(value), dialect };
}

function plainBody(field: DescField): BodyEncoder {
  return (message, peer) => {
    const strict = peer.reads.lenientGoJson === false;
    const { text, lenient } = writeGoJson(field, message, { strict });
    return { contentType: "application/json", bytes: text, dialect: lenient ? "lenientGoJson" : undefined };
  };
}

function rawBody(value: unknown): EncodedBody {
  const { contentType, data } = (value ?? {}) as { contentType?: string; data?: Uint8Array };
  // Without a value there is nothing to name the type of.
  const type = contentType || (value === undefined ? undefined : "application/octet-stream");
  return { contentType: type, bytes: data === undefined || data.length === 0 ? null : data, dialect: undefined };
}
