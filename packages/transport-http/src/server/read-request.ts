import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { type CompiledCodec, KratosError } from "@kratos-ts/core";
import { unknownContentType } from "../codec/codec-error.ts";
import type { CodecRegistry } from "../codec/codec-set.ts";
import { messageFactory } from "../codec/message-factory.ts";
import { compileQuery } from "../codec/query.ts";
import { compileSettablePath } from "../codec/settable-path.ts";
import { setField } from "../message-field.ts";
import type { HttpBinding } from "../rule/http-rule.ts";
import { isHttpBody, rawBody } from "./http-body.ts";
import type { HttpCall } from "./http-call.ts";
import { rawHeader } from "./raw-headers.ts";

/** Makes the request message of a call; throws a KratosError 400 `CODEC`. */
export type RequestReader = (call: HttpCall, body: Uint8Array | undefined) => Message;

/** Compiles the reading of a binding's requests: the body first, then the query over it, then the path over both. */
export function compileRequestReader(input: DescMessage, binding: HttpBinding, codecs: CodecRegistry): RequestReader {
  const make = messageFactory(input);
  const readBody = compileBody({ input, make }, binding, codecs);
  const query = compileQuery(input);
  const paths = binding.template.variables.map((variable) => compileSettablePath(input, variable.field));
  return (call, body) => {
    const message = readBody === undefined || body === undefined ? make() : readBody(call, body);
    if (binding.query && call.query) query.decodeInto(message, call.query);
    for (let i = 0; i < paths.length; i++) paths[i]?.set(message, call.values[i] as string);
    return message;
  };
}

type BodyReader = (call: HttpCall, body: Uint8Array) => Message;

interface RequestType {
  readonly input: DescMessage;
  readonly make: () => Message;
}

function compileBody(
  { input, make }: RequestType,
  binding: HttpBinding,
  codecs: CodecRegistry,
): BodyReader | undefined {
  const { body } = binding;
  if (body === undefined) return undefined;
  const decode = compileDecoder(body === "*" ? input : body, binding, codecs);
  if (body === "*") return (call, bytes) => (decode(call, bytes) as Message | undefined) ?? make();
  return (call, bytes) => {
    const message = make();
    const value = decode(call, bytes);
    if (value !== undefined) setField(message, body, value);
    return message;
  };
}

/** A body's value; undefined when it is empty. */
type Decoder = (call: HttpCall, body: Uint8Array) => unknown;

function compileDecoder(type: DescMessage | DescField, { declared }: HttpBinding, codecs: CodecRegistry): Decoder {
  const desc = type.kind === "message" ? type : type.message;
  if (desc !== undefined && isHttpBody(desc))
    return (call, data) => rawBody(desc, { contentType: contentTypeOf(call), data });
  return (call, body) => {
    const header = contentTypeOf(call);
    // Who calls a method without a rule sends no body; a Go client names a content type all the same.
    if (body.length === 0 && (header === undefined || !declared)) return undefined;
    const negotiated = codecs.forContentType(header);
    if (negotiated === undefined) throw unknownContentType(header, codecs.names);
    return body.length === 0 ? undefined : decodeWith(negotiated.codec.compile(type), body);
  };
}

/** Decodes a body, or a frame, that is not empty. Throws a KratosError 400 `CODEC`. */
export function decodeWith(codec: CompiledCodec, body: Uint8Array): unknown {
  try {
    return codec.decode(body);
  } catch (error) {
    if (KratosError.find(error) !== undefined) throw error;
    // A codec from outside may throw whatever its parser throws.
    throw new KratosError({
      code: 400,
      reason: "CODEC",
      message: `the body: ${(error as Error).message}`,
      cause: error,
    });
  }
}

function contentTypeOf(call: HttpCall): string | undefined {
  return rawHeader(call.request.rawHeaders, "content-type");
}
