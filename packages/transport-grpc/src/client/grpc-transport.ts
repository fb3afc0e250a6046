import type {
  DescMessage,
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { ContextValues, StreamResponse, Transport, UnaryResponse } from "@connectrpc/connect";
import { CallContext, type Context, currentContext, KratosError } from "@kratos-ts/core";
import { messageOf } from "../message-codec.ts";
import { atLeast, callSettings } from "./call-settings.ts";
import { type CallSettings, ClientMethod } from "./client-method.ts";
import type { GrpcTransportOptions } from "./options.ts";
import { onlyMessage, ReplyMessages, RequestMessages } from "./stream-messages.ts";
import { onlyReply, StreamReply } from "./stream-reply.ts";
import { ClientTransporter } from "./transporter.ts";
import { UnaryReply } from "./unary-reply.ts";

/** Connect's transport, to be disposed of when it is no longer needed. */
export type GrpcTransport = Transport & AsyncDisposable;

/**
 * Calls services over gRPC: `createClient(Greeter, createGrpcTransport({ endpoint: "grpc://127.0.0.1:9000" }))`. It
 * connects with the first call, keeps its connections, and never keeps the process alive by itself.
 *
 * Calls throw KratosErrors only: what the server threw; 503 when it can't be reached or the connection is lost; 504
 * "context deadline exceeded"; 499 when the call was cancelled or the transport closed. Throws an Error for an endpoint
 * that can't be right, and a `RangeError` for a number out of its range.
 */
export function createGrpcTransport(options: GrpcTransportOptions): GrpcTransport {
  return new ClientTransport(options);
}

class ClientTransport implements Transport, AsyncDisposable {
  readonly #settings: CallSettings;
  readonly #timeoutMs: number;
  readonly #closeGraceMs: number;
  readonly #methods = new Map<DescMethod, ClientMethod>();
  readonly #looks: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: GrpcTransportOptions) {
    const { timeoutMs = 2000, idleTimeoutMs = 1_800_000, closeGraceMs = 0 } = options;
    this.#timeoutMs = atLeast(0, { timeoutMs });
    this.#closeGraceMs = atLeast(0, { closeGraceMs });
    atLeast(0, { idleTimeoutMs });
    this.#settings = callSettings(options);
    // Two looks in a row that find nothing to do make the whole time.
    if (idleTimeoutMs > 0) this.#looks = setInterval(() => this.#settings.target.look(), idleTimeoutMs / 2).unref();
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    headers: HeadersInit | undefined,
    input: MessageInitShape<I>,
    contextValues?: ContextValues,
  ): Promise<UnaryResponse<I, O>> {
    const { operation, settings, handler } = this.#methodOf(method);
    const transport = new ClientTransporter({ operation, endpoint: settings.target.name, headers });
    const limitMs = timeoutMs ?? this.#timeoutMs;
    const call = new CallContext({
      parent: currentContext(),
      signal,
      timeoutMs: limitMs > 0 ? limitMs : undefined,
      transport,
      method,
    });
    try {
      const ctx = contextValues === undefined ? call : withValues(call, contextValues);
      const reply = await handler(messageOf(method.input, input), ctx);
      return new UnaryReply(method, reply as MessageShape<O>, transport);
    } catch (error) {
      throw KratosError.from(error);
    } finally {
      call.end();
    }
  }

  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    headers: HeadersInit | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
    contextValues?: ContextValues,
  ): Promise<StreamResponse<I, O>> {
    const { operation, settings } = this.#methodOf(method);
    const transport = new ClientTransporter({ operation, endpoint: settings.target.name, headers });
    // The transport's own limit is for unary calls.
    const limitMs = timeoutMs !== undefined && timeoutMs > 0 ? timeoutMs : undefined;
    const call = new CallContext({ parent: currentContext(), signal, timeoutMs: limitMs, transport, method });
    const ctx = contextValues === undefined ? call : withValues(call, contextValues);
    const reply = this.#stream({ method, input, transport, call, ctx });
    // Connect's client looks at it when the replies are read, which may be never.
    reply.catch(() => {});
    return reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looks);
    const grace = this.#closeGraceMs;
    this.#closing ??= this.#settings.target.close(grace > 0 ? AbortSignal.timeout(grace) : AbortSignal.abort());
    await this.#closing;
  }

  async #stream<I extends DescMessage, O extends DescMessage>(
    started: StartedStream<I, O>,
  ): Promise<StreamResponse<I, O>> {
    const { method, input, transport: transporter, call, ctx } = started;
    const { handler, settings } = this.#methodOf(method);
    const bare = settings.middleware.length === 0;
    try {
      const single = method.methodKind === "server_streaming";
      // Without middleware nobody sees the messages before they are encoded.
      const messages = bare ? input : new RequestMessages(method.input, input);
      const reply = await handler(single ? await onlyMessage(method.input, input) : messages, ctx);
      if (method.methodKind === "client_streaming") {
        call.end();
        return new StreamReply({ method, message: onlyReply(reply), transporter });
      }
      const message = new ReplyMessages({ replies: reply, call, bare }) as AsyncIterable<MessageShape<O>>;
      return new StreamReply({ method, message, transporter });
    } catch (error) {
      call.end();
      throw KratosError.from(error);
    }
  }

  #methodOf(desc: DescMethod): ClientMethod {
    const known = this.#methods.get(desc);
    if (known !== undefined) return known;
    const method = new ClientMethod(desc, this.#settings);
    this.#methods.set(desc, method);
    return method;
  }
}

interface StartedStream<I extends DescMessage, O extends DescMessage> {
  readonly method: DescMethodStreaming<I, O>;
  readonly input: AsyncIterable<MessageInitShape<I>>;
  readonly transport: ClientTransporter;
  readonly call: CallContext;
  readonly ctx: Context;
}

/** Connect's context values, which it keeps under the ids of their keys. */
function withValues(call: CallContext, values: ContextValues): Context {
  let ctx: Context = call;
  for (const id of Object.getOwnPropertySymbols(values)) {
    const key = { id, defaultValue: undefined };
    ctx = ctx.with(key, values.get(key));
  }
  return ctx;
}
