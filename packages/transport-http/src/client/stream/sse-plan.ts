import type { Message } from "@bufbuild/protobuf";
import { type ErrorStatus, KratosError } from "@kratos-ts/core";
import { StatusSchema } from "@kratos-ts/core/proto/errors/errors_pb.js";
import type { NegotiatedCodec } from "../../codec/codec-set.ts";
import { encodeRequest } from "../encode-request.ts";
import { codecNamed } from "../request-body.ts";
import { replyType } from "./reply-type.ts";
import type { AnyStreamCall, StreamSettings } from "./stream-call.ts";

/** A server-streaming call as it is sent, and how its events are read. */
export interface SsePlan {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: Uint8Array | string | null;
  /** `accept` and `content-type`: `[name, value, …]`. */
  readonly headers: readonly string[];
  decode(data: Uint8Array): Message;
  decodeError(data: Uint8Array): KratosError;
}

const eventStream = "text/event-stream";
const decoder = new TextDecoder();

/** Throws a KratosError 400 when the request can't be written. */
export function planSse(message: Message, call: AnyStreamCall): SsePlan {
  const { plan } = call.transporter;
  const codec = payloadCodec(call.settings);
  const contentType = replyType(plan, codec);
  const { path, body, contentType: bodyType } = encodeRequest(message, call);
  return {
    method: plan.verb,
    path: call.peer.basePath + path,
    body,
    headers: headersOf(bodyType, codec),
    decode: (data) => plan.decodeReply(data, contentType),
    decodeError: (data) => errorOfEvent(data, codec),
  };
}

/** Events are text: what is binary would not arrive whole. */
function payloadCodec({ codec, codecs }: StreamSettings): NegotiatedCodec {
  return codecNamed(codec === undefined || codec === "proto" ? "protojson" : codec, codecs);
}

// As Go's client the codec of the replies is named by the request's own content type, also where that has no body.
function headersOf(bodyType: string | undefined, { contentType }: NegotiatedCodec): string[] {
  const type = bodyType ?? contentType;
  const accept = type === contentType ? eventStream : `${eventStream}, ${contentType}`;
  return ["accept", accept, "content-type", type];
}

function errorOfEvent(data: Uint8Array, { codec }: NegotiatedCodec): KratosError {
  try {
    return KratosError.fromStatus(codec.compile(StatusSchema).decode(data) as ErrorStatus);
  } catch (cause) {
    return new KratosError({ code: 500, message: decoder.decode(data.subarray(0, 1000)), cause });
  }
}
