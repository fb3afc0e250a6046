export { type YamlCodecOptions, yamlCodec } from "./yaml-codec.ts";
