import type { DescMethod } from "@bufbuild/protobuf";
import { type CallInfo, type Context, chain, type Handler, type Middleware, operationOf } from "@kratos-ts/core";
import { createMessageCodecs, type MessageCodec } from "../message-codec.ts";
import { StreamCall } from "./stream-call.ts";
import type { Target } from "./target.ts";
import { UnaryCall } from "./unary-call.ts";

/** What all calls of a transport share. */
export interface CallSettings {
  readonly target: Target;
  readonly middleware: readonly Middleware[];
  readonly codec: "proto" | "json";
  readonly gzip: boolean;
  /** Default: none, since a header in every call costs more than it brings where messages are small. */
  readonly acceptEncoding: string | undefined;
  readonly maxMessageBytes: number;
  readonly streamIdleTimeoutMs: number;
  readonly authority: string | undefined;
  readonly userAgent: string;
}

/** One method as a transport calls it: all that is the same for each of its calls, made for the first. */
export class ClientMethod {
  readonly desc: DescMethod;
  readonly operation: string;
  readonly settings: CallSettings;
  readonly contentType: string;
  readonly codec: MessageCodec;
  /** The middleware around the call on the wire. */
  readonly handler: Handler;

  constructor(desc: DescMethod, settings: CallSettings) {
    this.desc = desc;
    this.operation = operationOf(desc);
    this.settings = settings;
    this.contentType = `application/grpc+${settings.codec}`;
    this.codec = createMessageCodecs({ encodes: desc.input, decodes: desc.output })[settings.codec];
    const { middleware } = settings;
    const send: Handler =
      desc.methodKind === "unary" ? (req, ctx) => this.#unary(req, ctx) : (req, ctx) => this.#stream(req, ctx);
    const info: CallInfo = { operation: this.operation, kind: "grpc", side: "client", method: desc };
    this.handler = middleware.length === 0 ? send : chain(...middleware)(send, info);
  }

  #unary(request: unknown, ctx: Context): Promise<unknown> {
    return new UnaryCall(this, ctx).run(request);
  }

  #stream(request: unknown, ctx: Context): Promise<unknown> {
    return new StreamCall(this, ctx).run(request);
  }
}
