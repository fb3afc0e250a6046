import { create, type DescMethod, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import { type CallInfo, operationOf } from "@kratos-ts/core";
import { type HttpBinding, httpBindingsOf } from "../rule/http-rule.ts";
import { compileRequest, type RequestEncoder } from "./method-request.ts";
import { compileReplyDecoder, type ReplyDecoder } from "./reply-decoder.ts";
import { type BodyOptions, codecNamed, isForeign, isPlain } from "./request-body.ts";

export interface PlanOptions extends BodyOptions {
  readonly userAgent: string;
}

/** All of a method's calls that can be known before the first. */
export interface MethodPlan {
  readonly method: DescMethod;
  readonly operation: string;
  readonly info: CallInfo;
  readonly binding: HttpBinding;
  readonly encode: RequestEncoder;
  readonly decodeReply: ReplyDecoder;
  /** The headers of a request with a body of that content type: `[name, value, …]`. */
  headers(contentType: string | undefined): readonly string[];
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
    encode: compileRequest(method, binding, options),
    decodeReply: compileReplyDecoder(method, binding, options.codecs),
    headers: compileHeaders(binding, options),
  };
}

/** A message of that type: `value` itself unless it is an init. */
export function messageOf(desc: DescMethod["input"], value: unknown): Message {
  const typed = value as Message | undefined;
  return typed?.$typeName === desc.typeName ? typed : create(desc, value as MessageInitShape<typeof desc>);
}

function compileHeaders(binding: HttpBinding, options: PlanOptions): MethodPlan["headers"] {
  const base = ["accept", acceptOf(binding, options), "user-agent", options.userAgent];
  // A reply to HEAD has no body.
  if (binding.verb !== "HEAD") base.push("accept-encoding", "gzip");
  // Raw bodies may have any type; all others have one of two.
  const byType = new Map<string, string[]>();
  return (contentType) => {
    if (contentType === undefined) return base;
    const known = byType.get(contentType);
    if (known !== undefined) return known;
    const list = [...base, "content-type", contentType];
    if (byType.size < 8) byType.set(contentType, list);
    return list;
  };
}

function acceptOf(binding: HttpBinding, { codec, codecs }: PlanOptions): string {
  const field = binding.responseBody;
  // Go fails, after the work is done, to write a field that is no message in any codec but json.
  if (field !== undefined && isPlain(field) && !isForeign(codec)) return "application/json";
  return codecNamed(codec ?? "protojson", codecs).contentType;
}
