import type { DescMethod, Message } from "@bufbuild/protobuf";
import { errorServiceUnavailable, type Handler } from "@kratos-ts/core";
import { getField } from "../../message-field.ts";
import type { HttpBinding } from "../../rule/http-rule.ts";
import type { HttpCall } from "../http-call.ts";
import { compileRequestReader } from "../read-request.ts";
import { collectBody } from "../request-body.ts";
import type { Route } from "../route.ts";
import type { ServerCore } from "../server-core.ts";
import { SseReply } from "./sse-reply.ts";
import { replyCodec, streamEncoder } from "./stream-codec.ts";

export interface SseRouteInit {
  readonly method: DescMethod;
  readonly binding: HttpBinding;
  readonly handler: Handler;
  readonly core: ServerCore;
}

/** Serves a server-streaming method: its replies are Server-Sent Events. */
export function serveSse({ method, binding, handler, core }: SseRouteInit): Route["serve"] {
  const receive = compileReceiver(method, binding, core);
  const field = binding.responseBody;
  const type = field ?? method.output;
  return (call) => {
    if (core.stopping) throw errorServiceUnavailable("", "the server is shutting down");
    receive(call, (request) => {
      call.run(handler, request, (_, stream) => {
        const codec = replyCodec(call);
        const encode = streamEncoder(type, codec);
        const write = field === undefined ? encode : (reply: unknown) => encode(getField(reply, field));
        new SseReply(call, { codec, encode: write }).start(stream);
      });
    });
  };
}

/** Runs `next` with the request message, once it has arrived. */
type Receiver = (call: HttpCall, next: (request: Message) => void) => void;

function compileReceiver({ input }: DescMethod, binding: HttpBinding, core: ServerCore): Receiver {
  const read = compileRequestReader(input, binding, core.codecs);
  if (binding.body === undefined) return (call, next) => next(read(call, undefined));
  return (call, next) =>
    collectBody(call, core.options.maxBodyBytes, (body) => {
      let request: Message;
      try {
        request = read(call, body);
      } catch (error) {
        call.fail(error);
        return;
      }
      next(request);
    });
}
