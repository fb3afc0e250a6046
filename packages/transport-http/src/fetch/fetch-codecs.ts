import type { Codec } from "@kratos-ts/core";
import { AnyTypes } from "../codec/any-types.ts";
import { type CodecRegistry, codecRegistryOf } from "../codec/codec-set.ts";
import { protoCodec } from "../codec/proto-codec.ts";
import { smallJsonCodec } from "./small-json-codec.ts";

/** The codecs json, protojson and proto, and those given, which replace one of the same name. */
export function createFetchCodecs(codecs: readonly Codec[] = []): CodecRegistry {
  const types = new AnyTypes();
  const json = smallJsonCodec("json", types);
  return codecRegistryOf([json, smallJsonCodec("protojson", types), protoCodec, ...codecs], { json, types });
}
