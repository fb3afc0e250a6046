import type { DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import type { Codec, CompiledCodec, MessageCodec } from "@kratos-ts/core";
import type { AnyTypes } from "./any-types.ts";
import { type MediaRange, parseMediaRanges, subtypeOf } from "./media-range.ts";
import { compileValueCodec } from "./value-codec.ts";

/** A codec and the content type of what it writes, `application/<name>`. */
export interface NegotiatedCodec {
  /** Compiling a type a second time costs a look-up. */
  readonly codec: MessageCodec;
  readonly contentType: string;
}

export interface CodecRegistry {
  /** The names, sorted: for error messages. */
  readonly names: readonly string[];
  /** What is written when nobody asks for anything: `json`. */
  readonly fallback: NegotiatedCodec;
  /** A `google.protobuf.Any` can hold the messages of this file, and of those it imports, from now on. */
  addTypes(file: DescFile): void;
  forName(name: string): NegotiatedCodec | undefined;
  /** The codec of a body with this `Content-Type`; undefined when there is none (see `unknownContentType`). */
  forContentType(header: string | undefined): NegotiatedCodec | undefined;
  /** The codec of the reply to a request with these `Accept` headers; `json` when they name nothing known. */
  forAccept(headers: readonly string[]): NegotiatedCodec;
}

export interface RegistryParts {
  /** By whose rules codecs for plain values work. */
  readonly json: MessageCodec;
  readonly types: AnyTypes;
}

/** Of two codecs with one name the later counts; one must be named `json`. */
export function codecRegistryOf(codecs: readonly Codec[], { json, types }: RegistryParts): CodecRegistry {
  const byName = new Map<string, NegotiatedCodec>();
  for (const codec of codecs)
    byName.set(codec.name.toLowerCase(), {
      codec: remembering(codec, json),
      contentType: `application/${codec.name}`,
    });
  const fallback = byName.get("json")!;
  const find = (name: string) => byName.get(name.toLowerCase());
  const forContentType = remember((header) => find(subtypeOf(header)));
  const forAccept = remember((header) => mostWanted(parseMediaRanges(header), find));
  return {
    names: [...byName.keys()].sort(),
    fallback,
    addTypes: (file) => types.addFile(file),
    forName: find,
    forContentType: (header) => (header === undefined ? undefined : forContentType(header)),
    // As in Kratos each header is tried in turn, and the first that names a codec decides.
    forAccept: (headers) => {
      for (const header of headers) {
        const found = forAccept(header);
        if (found !== undefined) return found;
      }
      return fallback;
    },
  };
}

/** The known codec that ranks highest; undefined when that is a wildcard, for which the default is right. */
function mostWanted(
  ranges: readonly MediaRange[],
  find: (name: string) => NegotiatedCodec | undefined,
): NegotiatedCodec | undefined {
  let best: NegotiatedCodec | undefined;
  let bestQuality = 0;
  for (const { subtype, quality } of ranges) {
    const found = find(subtype);
    if (quality <= bestQuality || (found === undefined && subtype !== "*")) continue;
    best = found;
    bestQuality = quality;
  }
  return best;
}

/** Clients send few different headers; those who send many shall not fill the memory. */
const maxHeaders = 256;
const maxHeaderLength = 256;

function remember(
  negotiate: (header: string) => NegotiatedCodec | undefined,
): (header: string) => NegotiatedCodec | undefined {
  const known = new Map<string, NegotiatedCodec | undefined>();
  return (header) => {
    if (known.has(header)) return known.get(header);
    const found = negotiate(header);
    if (header.length > maxHeaderLength) return found;
    if (known.size >= maxHeaders) known.clear();
    known.set(header, found);
    return found;
  };
}

/** Compiles each type once. */
function remembering(codec: Codec, json: MessageCodec): MessageCodec {
  const messages = "compile" in codec ? codec : compileValueCodec(codec, json);
  const compiled = new WeakMap<DescMessage | DescField, CompiledCodec>();
  return {
    name: codec.name,
    compile: (type) => {
      let found = compiled.get(type);
      if (found === undefined) {
        found = messages.compile(type);
        compiled.set(type, found);
      }
      return found;
    },
  };
}
