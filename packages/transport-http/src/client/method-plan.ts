import { create, type DescMethod, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import { type CallInfo, operationOf } from "@kratos-ts/core";
import { type HttpBinding, httpBindingsOf } from "../rule/http-rule.ts";
import { compileRequest, type RequestEncoder } from "./method-request.ts";
import { compileReplyDecoder, type ReplyDecoder } from "./reply-decoder.ts";
import { type BodyOptions, codecNamed, isForeign, isPlain } from "./request-body.ts";
import { type FixedHeaders, fixedHeaders } from "./request-headers.ts";

export interface PlanOptions extends BodyOptions {
  /** Undefined: `user-agent` and `accept-encoding` are somebody else's to send. */
  readonly userAgent: string | undefined;
}

/** All of a method's calls that can be known before the first. */
export interface MethodPlan {
  readonly method: DescMethod;
  readonly operation: string;
  readonly info: CallInfo;
  readonly binding: HttpBinding;
  /** The verb of the rule; a WebSocket begins with a GET in any case. */
  readonly verb: string;
  readonly encode: RequestEncoder;
  readonly decodeReply: ReplyDecoder;
  /** The headers of a request with a body of that content type. Throws a KratosError 400 when that can't be sent. */
  headers(contentType: string | undefined): FixedHeaders;
}

/** Throws an Error when the method's rule, or the codec option, is wrong. */
export function compileMethod(method: DescMethod, options: PlanOptions): MethodPlan {
  const [binding] = httpBindingsOf(method) as [HttpBinding];
  const operation = operationOf(method);
  return {
    method,
    operation,
    info: { operation, kind: "http", side: "client", method },
    binding,
    verb: isWebSocket(method) ? "GET" : binding.verb,
    encode: compileRequest(method, binding, options),
    decodeReply: compileReplyDecoder(method, binding, options.codecs),
    headers: compileHeaders(binding, options),
  };
}

/** Whether a method's messages travel on a WebSocket. */
export function isWebSocket({ methodKind }: DescMethod): boolean {
  return methodKind === "client_streaming" || methodKind === "bidi_streaming";
}

/** A message of that type: `value` itself unless it is an init. */
export function messageOf(desc: DescMethod["input"], value: unknown): Message {
  const typed = value as Message | undefined;
  return typed?.$typeName === desc.typeName ? typed : create(desc, value as MessageInitShape<typeof desc>);
}

function compileHeaders(binding: HttpBinding, options: PlanOptions): MethodPlan["headers"] {
  const { userAgent } = options;
  const base = ["accept", acceptOf(binding, options)];
  if (userAgent !== undefined) base.push("user-agent", userAgent);
  // A reply to HEAD has no body.
  if (userAgent !== undefined && binding.verb !== "HEAD") base.push("accept-encoding", "gzip");
  // Raw bodies may have any type; all others have one of two.
  const byType = new Map<string, FixedHeaders>();
  const bodiless = fixedHeaders(base);
  return (contentType) => {
    if (contentType === undefined) return bodiless;
    const known = byType.get(contentType);
    if (known !== undefined) return known;
    const headers = fixedHeaders([...base, "content-type", contentType]);
    if (byType.size < 8) byType.set(contentType, headers);
    return headers;
  };
}

function acceptOf(binding: HttpBinding, { codec, codecs }: PlanOptions): string {
  const field = binding.responseBody;
  // Go fails, after the work is done, to write a field that is no message in any codec but json.
  if (field !== undefined && isPlain(field) && !isForeign(codec)) return "application/json";
  return codecNamed(codec ?? "protojson", codecs).contentType;
}
