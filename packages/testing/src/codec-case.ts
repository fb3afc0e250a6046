import type { ValueCodec } from "@kratos-ts/core";
import { KratosError } from "@kratos-ts/core";
import type { CodecCase, CodecLimits } from "./codec-contract.ts";

export type Json = ReturnType<ValueCodec["decode"]>;

export const limits: CodecLimits = { maxBytes: 1024 * 1024, maxDepth: 100 };

export function codecCase(name: string, check: (codec: ValueCodec) => void): CodecCase {
  return { name, options: limits, check: ({ codec }) => check(codec) };
}

export function bytesOf(codec: ValueCodec, value: Json): Uint8Array {
  const encoded = codec.encode(value);
  return typeof encoded === "string" ? new TextEncoder().encode(encoded) : encoded;
}

/** The value, there and back. */
export function roundTrip(codec: ValueCodec, value: Json): Json {
  return codec.decode(bytesOf(codec, value));
}

/** The error that a body is refused with; undefined when it is taken. Throws when the error is not the right one. */
export function refusal(codec: ValueCodec, body: Uint8Array): KratosError | undefined {
  try {
    codec.decode(body);
    return undefined;
  } catch (thrown) {
    const error = KratosError.find(thrown);
    if (error?.code === 400 && error.reason === "CODEC") return error;
    throw new Error(`a body was refused with something else than 400 CODEC: ${thrown}`, { cause: thrown });
  }
}

export function mustRefuse(codec: ValueCodec, body: Uint8Array): KratosError {
  const error = refusal(codec, body);
  if (error === undefined) throw new Error("the body was taken");
  return error;
}

export function nested(depth: number): Json {
  let value: Json = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}
