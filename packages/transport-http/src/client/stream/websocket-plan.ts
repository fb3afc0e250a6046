import { create, type DescMethod, type Message } from "@bufbuild/protobuf";
import { KratosError } from "@kratos-ts/core";
import type { NegotiatedCodec } from "../../codec/codec-set.ts";
import { getField } from "../../message-field.ts";
import { frameField } from "../../stream/frame-field.ts";
import { readControlFrame } from "../../stream/websocket-frames.ts";
import { orCodecError } from "../encode-request.ts";
import type { MethodPlan } from "../method-plan.ts";
import { compileTarget } from "../method-request.ts";
import { codecNamed, isHttpBody } from "../request-body.ts";
import { compileRequestPath } from "../request-path.ts";
import { replyType } from "./reply-type.ts";
import type { StreamSettings } from "./stream-call.ts";

/** How the messages of one method go onto a WebSocket. */
export interface WebSocketPlan {
  readonly codec: NegotiatedCodec;
  /** Whether path and query hold values of the first message, so that there is no handshake before it. */
  readonly needsFirst: boolean;
  /** Path and query of the handshake. Throws a KratosError 400 `CODEC`. */
  path(first: Message | undefined): string;
  /** A frame. Throws a KratosError 400 `CODEC`. */
  encode(message: Message): string | Uint8Array;
  decode(frame: Uint8Array): Message;
}

export function compileWebSocket(plan: MethodPlan, settings: StreamSettings): WebSocketPlan {
  const { method, binding, decodeReply } = plan;
  const codec = codecNamed(settings.codec ?? "protojson", settings.codecs);
  const field = frameField(binding);
  const contentType = replyType(plan, codec);
  const { input } = method;
  // Servers set what the handshake says in every message. So it has the path's values alone, unless frames carry one
  // field, when the others have no other way to go.
  const target = field === undefined ? compileRequestPath(input, binding.template) : compileTarget(method, binding);
  const write = frameWriter(method, field ?? input, codec);
  return {
    codec,
    needsFirst: field !== undefined || binding.template.variables.length > 0,
    path: (first) => orCodecError(() => target(first ?? create(input))),
    encode: (message) => orCodecError(() => write(field === undefined ? message : getField(message, field))),
    decode: (frame) => decodeReply(frame, contentType),
  };
}

type FrameType = Parameters<NegotiatedCodec["codec"]["compile"]>[0];

function frameWriter(method: DescMethod, type: FrameType, { codec }: NegotiatedCodec) {
  if (isHttpBody(type)) return writeRaw;
  const compiled = codec.compile(type);
  const empty = type.kind === "field" ? {} : create(method.input);
  return (value: unknown): string | Uint8Array => compiled.encode(value ?? empty);
}

function writeRaw(value: unknown): Uint8Array {
  const { data = new Uint8Array() } = (value ?? {}) as { data?: Uint8Array };
  if (readControlFrame(data) === undefined) return data;
  const message =
    "the bytes of the request are those by which a stream ends (0x1E and a word): no frame can carry them";
  throw new KratosError({ code: 400, reason: "CODEC", message });
}
