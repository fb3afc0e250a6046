import type { DescMethod, Message } from "@bufbuild/protobuf";
import { errorServiceUnavailable, type Handler, KratosError } from "@kratos-ts/core";
import { messageFactory } from "../../codec/message-factory.ts";
import { compileQuery } from "../../codec/query.ts";
import { compileSettablePath } from "../../codec/settable-path.ts";
import { getField, setField } from "../../message-field.ts";
import type { HttpBinding } from "../../rule/http-rule.ts";
import { frameField } from "../../stream/frame-field.ts";
import { isHttpBody, rawBody } from "../http-body.ts";
import type { HttpCall } from "../http-call.ts";
import { decodeWith } from "../read-request.ts";
import type { Route } from "../route.ts";
import { checkOrigin } from "./allowed-origin.ts";
import { frameCodec, replyCodec, streamEncoder } from "./stream-codec.ts";
import { acceptUpgrade, mayUpgrade } from "./upgrade.ts";
import { WebSocketStream } from "./websocket-stream.ts";

/** Serves a client-streaming or bidirectional method on a WebSocket. */
export function serveWebSocket(method: DescMethod, binding: HttpBinding, handler: Handler): Route["serve"] {
  const compileReader = frameReaders(method, binding);
  const field = binding.responseBody;
  return (call) => {
    const { core } = call;
    if (!mayUpgrade(call)) throw upgradeRequired(call);
    checkOrigin(call.request, core.options.allowedOrigins);
    if (core.stopping) throw errorServiceUnavailable("", "the server is shutting down");
    acceptUpgrade(call, (ws, socket) => {
      const encode = streamEncoder(field ?? method.output, replyCodec(call));
      const stream = new WebSocketStream(call, {
        ws,
        socket,
        read: compileReader(call),
        write: field === undefined ? encode : (reply) => encode(getField(reply, field)),
        repliesStream: method.methodKind === "bidi_streaming",
      });
      stream.run(handler);
    });
  };
}

type FrameReader = (frame: Uint8Array) => Message;

/** Prepares the reading of frames; path and query stand above what a frame says, in each. */
function frameReaders({ input }: DescMethod, binding: HttpBinding): (call: HttpCall) => FrameReader {
  const make = messageFactory(input);
  const field = frameField(binding);
  const type = field ?? input;
  const desc = field === undefined ? input : field.message;
  const query = compileQuery(input);
  const paths = binding.template.variables.map((variable) => compileSettablePath(input, variable.field));
  return (call) => {
    const codec = desc !== undefined && isHttpBody(desc) ? undefined : frameCodec(call).codec.compile(type);
    const decode = (frame: Uint8Array): unknown =>
      codec === undefined ? rawBody(desc!, { data: Uint8Array.from(frame) }) : decodeWith(codec, frame);
    return (frame) => {
      let message: Message;
      if (field === undefined) message = decode(frame) as Message;
      else {
        message = make();
        setField(message, field, decode(frame));
      }
      if (call.query) query.decodeInto(message, call.query);
      for (let i = 0; i < paths.length; i++) paths[i]?.set(message, call.values[i] as string);
      return message;
    };
  };
}

function upgradeRequired({ operation }: HttpCall): KratosError {
  const message = `${operation} streams over a WebSocket: ask for an upgrade (Connection: Upgrade, Upgrade: websocket)`;
  return new KratosError({ code: 400, reason: "UPGRADE_REQUIRED", message });
}
