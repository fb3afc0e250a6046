import type { ValueCodec } from "@kratos-ts/core";
import { Decoder, Encoder } from "@msgpack/msgpack";
import { checkMsgpack } from "./check-msgpack.ts";
import { msgpackError } from "./msgpack-error.ts";
import { plainValue } from "./plain-value.ts";

export interface MsgpackCodecOptions {
  /** The longest body that is read, in bytes. Default 4 MiB. */
  maxBytes?: number | undefined;
  /** How deep arrays and maps may lie within each other, read or written. Default 100. */
  maxDepth?: number | undefined;
}

/**
 * `application/msgpack` (https://github.com/msgpack/msgpack/blob/master/spec.md), without its extension types.
 * Integers beyond 2^53 are read as bigint, binary as Uint8Array. Decoding throws a KratosError 400 `CODEC` that names the
 * byte. Throws a RangeError for limits that are no positive numbers.
 */
export function msgpackCodec(options: MsgpackCodecOptions = {}): ValueCodec {
  const { maxBytes = 4 * 1024 * 1024, maxDepth = 100 } = options;
  for (const [name, limit] of Object.entries({ maxBytes, maxDepth }))
    if (!(limit > 0)) throw new RangeError(`msgpackCodec: ${name} must be a positive number, got ${limit}`);
  const encoder = new Encoder({ maxDepth: maxDepth + 1, useBigInt64: true });
  const decoder = new Decoder({ useBigInt64: true, mapKeyConverter: String });
  return {
    name: "msgpack",
    encode: (value) => encoder.encode(value),
    decode: (bytes) => {
      if (bytes.length > maxBytes)
        throw msgpackError({ expected: `at most ${maxBytes} bytes of MessagePack`, got: `${bytes.length}` });
      const entries = checkMsgpack(bytes, maxDepth);
      return plainValue(decoder.decode(bytes), entries) as ReturnType<ValueCodec["decode"]>;
    },
  };
}
