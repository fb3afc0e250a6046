import { create, type DescField, type DescMessage, type DescMethod, type Message } from "@bufbuild/protobuf";
import { type CompiledCodec, KratosError, type MessageCodec } from "@kratos-ts/core";
import { HttpBodySchema } from "@kratos-ts/core/proto/google/api/httpbody_pb.js";
import type { CodecRegistry } from "../codec/codec-set.ts";
import { emptyValue } from "../codec/empty-value.ts";
import { setField } from "../message-field.ts";
import type { HttpBinding } from "../rule/http-rule.ts";
import { compileGoJsonReader } from "./go-json-reader.ts";
import { isHttpBody } from "./request-body.ts";

/** Makes the reply message of a body and its `Content-Type`. Throws a KratosError 500 when it can't be read. */
export type ReplyDecoder = (body: Uint8Array, contentType: string | undefined) => Message;

/** Prepares the replies of a method; codecs are compiled when a reply of their type first comes. */
export function compileReplyDecoder(method: DescMethod, binding: HttpBinding, codecs: CodecRegistry): ReplyDecoder {
  const { output } = method;
  const field = binding.responseBody;
  const type = field ?? output;
  const decode = isHttpBody(type) ? readRaw : readBy(codecs, type);
  return (body, contentType) => {
    const value = decode(body, contentType);
    if (value === undefined) return create(output);
    if (field === undefined) return value as Message;
    const reply = create(output);
    setField(reply, field, value);
    return reply;
  };
}

const utf8 = new TextDecoder();

type ValueDecoder = (body: Uint8Array, contentType: string | undefined) => unknown;

function readRaw(body: Uint8Array, contentType = ""): unknown {
  // A copy, since the bytes are a part of what came from the socket.
  return create(HttpBodySchema, { contentType, data: Uint8Array.from(body) });
}

function readBy(codecs: CodecRegistry, type: DescMessage | DescField): ValueDecoder {
  const compiled = new Map<MessageCodec, CompiledCodec["decode"]>();
  const empty = emptyValue(type);
  return (body, contentType) => {
    if (body.length === 0) return undefined;
    const { codec } = codecs.forContentType(contentType) ?? codecs.fallback;
    if (codec.name === "json" && isNull(body)) return empty();
    let decode = compiled.get(codec);
    if (decode === undefined) {
      decode = compileDecode(codec, type);
      compiled.set(codec, decode);
    }
    try {
      return decode(body);
    } catch (cause) {
      throw unreadable(cause, contentType);
    }
  };
}

/** What Go's struct JSON has for an absent message, list or map; where null is a value, it is the empty one. */
function isNull(body: Uint8Array): boolean {
  return body[0] === 0x6e && body.length <= 5 && /^null\n?$/.test(utf8.decode(body));
}

function compileDecode(codec: MessageCodec, type: DescMessage | DescField): CompiledCodec["decode"] {
  const compiled = codec.compile(type);
  // `application/json` of Kratos v3 is not protojson.
  const reader = codec.name === "json" ? compileGoJsonReader(type) : undefined;
  if (reader === undefined) return (body) => compiled.decode(body);
  return (body) => {
    const text = utf8.decode(body);
    const rewritten = reader(text);
    return compiled.decode(rewritten === text ? body : new TextEncoder().encode(rewritten));
  };
}

function unreadable(cause: unknown, contentType: string | undefined): KratosError {
  const what = contentType === undefined ? "without a content type" : `of type ${contentType}`;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KratosError({ code: 500, message: `the reply ${what} can't be decoded: ${why}`, cause });
}
