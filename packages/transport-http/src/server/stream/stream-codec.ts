import type { DescField, DescMessage } from "@bufbuild/protobuf";
import type { NegotiatedCodec } from "../../codec/codec-set.ts";
import { parseMediaRanges } from "../../codec/media-range.ts";
import { isHttpBody, type RawBody } from "../http-body.ts";
import type { HttpCall } from "../http-call.ts";
import { rawHeader, rawHeaders } from "../raw-headers.ts";

/** The codec of a stream's replies: the first known one in `Accept`, or that of `Content-Type`, or protojson. */
export function replyCodec(call: HttpCall): NegotiatedCodec {
  const { codecs } = call.core;
  const { rawHeaders: headers } = call.request;
  for (const accept of rawHeaders(headers, "accept")) {
    for (const { subtype, quality } of parseMediaRanges(accept)) {
      const found = quality > 0 ? codecs.forName(subtype) : undefined;
      if (found !== undefined) return found;
    }
  }
  return codecs.forContentType(rawHeader(headers, "content-type")) ?? protojson(call);
}

/** The codec of the frames that a WebSocket brings: that of `Content-Type`, or that of the replies. */
export function frameCodec(call: HttpCall): NegotiatedCodec {
  const { codecs } = call.core;
  return codecs.forContentType(rawHeader(call.request.rawHeaders, "content-type")) ?? replyCodec(call);
}

/** Encodes a reply, a message or an init of one, as it travels in a stream. */
export type StreamEncoder = (value: unknown) => string | Uint8Array;

export function streamEncoder(type: DescMessage | DescField, codec: NegotiatedCodec): StreamEncoder {
  if (isHttpBody(type.kind === "message" ? type : type.message))
    return (value) => (value as RawBody | undefined)?.data ?? "";
  const compiled = codec.codec.compile(type);
  return (value) => compiled.encode(value);
}

function protojson({ core }: HttpCall): NegotiatedCodec {
  return core.codecs.forName("protojson") as NegotiatedCodec;
}
