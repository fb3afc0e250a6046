import type { DescField, DescMessage, JsonValue } from "@bufbuild/protobuf";

/**
 * An encoding of HTTP bodies, chosen by the content subtype in `Content-Type` and `Accept`. Hand it to a server or a
 * client with their `codecs` option.
 */
export type Codec = ValueCodec | MessageCodec;

/** Encodes plain values: enough for every format that can hold what JSON holds. Messages become values as in protojson. */
export interface ValueCodec {
  /** The content subtype, such as `yaml` for `application/yaml`. */
  readonly name: string;
  encode(value: JsonValue): Uint8Array | string;
  /**
   * Throws a KratosError 400 `CODEC`, or whatever its parser throws, of which the transport makes one. Integers beyond
   * 2^53 may be given as `bigint`.
   */
  decode(bytes: Uint8Array): JsonValue;
}

/** Encodes messages by their descriptors: for formats that need the schema, or are to be fast. */
export interface MessageCodec {
  readonly name: string;
  /** Called once for each message type, or field that is a whole body; the result serves every call. */
  compile(type: DescMessage | DescField): CompiledCodec;
}

/** A codec for one type. */
export interface CompiledCodec {
  /** Encodes a message, which may be an init object as a service returns it, or a field's value. */
  encode(value: unknown): Uint8Array | string;
  /** Throws a KratosError 400 `CODEC` that names the field and what was expected. */
  decode(bytes: Uint8Array): unknown;
}
