export { type XmlCodecOptions, type XmlForms, xmlCodec } from "./xml-codec.ts";
