import type {
  DescMessage,
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  MessageInitShape,
} from "@bufbuild/protobuf";
import type { ContextValues, StreamResponse, Transport, UnaryResponse } from "@connectrpc/connect";
import { type Context, chain, currentContext, type Handler, KratosError, type Middleware } from "@kratos-ts/core";
import type { CodecRegistry } from "../codec/codec-set.ts";
import { ClientContext } from "./call-context.ts";
import { ClientTransporter } from "./client-transporter.ts";
import { closedError } from "./connection-error.ts";
import { compileMethod, type MethodPlan, messageOf, type PlanOptions } from "./method-plan.ts";
import { createErrorDecoder, type ErrorDecoder } from "./reply-error.ts";
import { codecNamed } from "./request-body.ts";
import { requestOf } from "./stream/stream-requests.ts";
import { HttpStreamResponse } from "./stream/stream-response.ts";
import { HttpUnaryResponse } from "./unary-response.ts";

export interface CallerOptions {
  readonly endpoint: string;
  readonly middleware?: readonly Middleware[] | undefined;
  readonly timeoutMs?: number | undefined;
  readonly codec?: string | undefined;
}

/** One call at the end of the chain. */
export interface CarriedCall {
  readonly transporter: ClientTransporter;
  readonly context: Context;
}

/** What takes calls to servers and brings their replies. */
export interface Carrier {
  /** Gives the reply. What it throws becomes a KratosError. */
  unary(req: unknown, call: CarriedCall): Promise<unknown>;
  /** As `unary`; the reply may be an AsyncIterable. */
  stream(req: unknown, call: CarriedCall): Promise<unknown>;
  close(): Promise<void>;
}

/** What a carrier gets to know when it is made. */
export interface CarrierSettings extends PlanOptions {
  readonly decodeError: ErrorDecoder;
}

export interface CallerInit {
  readonly options: CallerOptions;
  readonly codecs: CodecRegistry;
  /** See PlanOptions. */
  readonly userAgent: string | undefined;
  readonly carrier: (settings: CarrierSettings) => Carrier;
}

/** The Connect transport around a carrier: contexts, the middleware chain, and what can be known of a method before its calls. */
export class Caller implements Transport, AsyncDisposable {
  readonly #endpoint: string;
  readonly #timeoutMs: number;
  readonly #middleware: Middleware;
  readonly #planOptions: PlanOptions;
  readonly #methods = new WeakMap<DescMethod, CompiledMethod>();
  readonly #carrier: Carrier;
  #closed = false;

  constructor({ options, codecs, userAgent, carrier }: CallerInit) {
    const { codec, middleware = [] } = options;
    if (codec !== undefined) codecNamed(codec, codecs);
    this.#endpoint = options.endpoint;
    this.#timeoutMs = options.timeoutMs ?? 2000;
    this.#middleware = chain(...middleware);
    this.#planOptions = { codec, codecs, userAgent };
    this.#carrier = carrier({ ...this.#planOptions, decodeError: createErrorDecoder(codecs) });
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: MessageInitShape<I>,
    contextValues?: ContextValues,
  ): Promise<UnaryResponse<I, O>> {
    let context: ClientContext | undefined;
    try {
      if (this.#closed) throw closedError();
      const { plan, handler } = this.#compiled(method);
      const transporter = new ClientTransporter(plan, this.#endpoint, header);
      const limit = timeoutMs ?? this.#timeoutMs;
      context = new ClientContext(
        { parent: currentContext(), signal, timeoutMs: limit > 0 ? limit : undefined, transport: transporter, method },
        contextValues,
      );
      transporter.context = context;
      const reply = await handler(messageOf(method.input, input), context);
      return new HttpUnaryResponse(method, transporter, reply);
    } catch (error) {
      throw KratosError.from(error);
    } finally {
      context?.end();
    }
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
    contextValues?: ContextValues,
  ): Promise<StreamResponse<I, O>> {
    let context: ClientContext | undefined;
    try {
      if (this.#closed) throw closedError();
      const { plan, handler } = this.#compiled(method);
      const transporter = new ClientTransporter(plan, this.#endpoint, header);
      // The transport's own limit is for unary calls.
      const limit = timeoutMs !== undefined && timeoutMs > 0 ? timeoutMs : undefined;
      context = new ClientContext(
        { parent: currentContext(), signal, timeoutMs: limit, transport: transporter, method },
        contextValues,
      );
      transporter.context = context;
      const reply = await handler(await requestOf(method, input), context);
      return new HttpStreamResponse({ method, transporter, context, reply });
    } catch (error) {
      context?.cancel(error);
      throw KratosError.from(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#carrier.close();
  }

  #compiled(method: DescMethod): CompiledMethod {
    let compiled = this.#methods.get(method);
    if (compiled === undefined) {
      this.#planOptions.codecs.addTypes(method.parent.file);
      const plan = compileMethod(method, this.#planOptions);
      const last: Handler = (req, ctx) => this.#call(req, ctx);
      compiled = { plan, handler: this.#middleware(last, plan.info) };
      this.#methods.set(method, compiled);
    }
    return compiled;
  }

  /** The end of the chain. Middleware may call it more than once, with another request or a context of its own. */
  #call(req: unknown, context: Context): Promise<unknown> {
    const transporter = context.transport;
    if (!(transporter instanceof ClientTransporter)) return Promise.reject(new Error(foreignContext));
    const isUnary = transporter.plan.method.methodKind === "unary";
    return this.#carrier[isUnary ? "unary" : "stream"](req, { transporter, context });
  }
}

const foreignContext = "a middleware passed on a context that is not of this call: derive it from the one it was given";

interface CompiledMethod {
  readonly plan: MethodPlan;
  readonly handler: Handler;
}
