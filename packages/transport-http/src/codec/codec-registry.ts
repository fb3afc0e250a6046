import type { Codec } from "@kratos-ts/core";
import { AnyTypes } from "./any-types.ts";
import { type CodecRegistry, codecRegistryOf } from "./codec-set.ts";
import { formCodec } from "./form-codec.ts";
import { createJsonCodec } from "./json-codec.ts";
import { protoCodec } from "./proto-codec.ts";

/** The codecs json, protojson, proto and x-www-form-urlencoded, and those given, which replace one of the same name. */
export function createCodecRegistry(codecs: readonly Codec[] = []): CodecRegistry {
  const types = new AnyTypes();
  const [json, protojson] = ["json", "protojson"].map((name) => createJsonCodec({ name, registry: types }));
  return codecRegistryOf([json!, protojson!, protoCodec, formCodec, ...codecs], { json: json!, types });
}
