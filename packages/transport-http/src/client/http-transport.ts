import type { SecureContextOptions } from "node:tls";
import type {
  DescMessage,
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  MessageInitShape,
} from "@bufbuild/protobuf";
import type { ContextValues, StreamResponse, Transport, UnaryResponse } from "@connectrpc/connect";
import {
  type Codec,
  type Context,
  chain,
  currentContext,
  type Handler,
  KratosError,
  type Middleware,
  operationOf,
  type Resolver,
} from "@kratos-ts/core";
import { createCodecRegistry } from "../codec/codec-registry.ts";
import { ClientContext } from "./call-context.ts";
import { ClientTransporter } from "./client-transporter.ts";
import { closedError } from "./connection-error.ts";
import { compileMethod, type MethodPlan, messageOf, type PlanOptions } from "./method-plan.ts";
import { createErrorDecoder, type ErrorDecoder } from "./reply-error.ts";
import { codecNamed } from "./request-body.ts";
import { send } from "./send.ts";
import { createServers, type Servers } from "./servers.ts";
import { HttpUnaryResponse } from "./unary-response.ts";

/** TLS towards the server, with the names of node:tls: `ca`, `cert`, `key` and so on. */
export interface HttpTransportTlsOptions extends SecureContextOptions {
  /** The name that the server's certificate must have. Default: the endpoint's host. */
  servername?: string | undefined;
  /** Refuses certificates that no `ca` vouches for. Default true. */
  rejectUnauthorized?: boolean | undefined;
}

export interface HttpTransportOptions {
  /**
   * `http://host:port`, `https://host:port`, `host:port` (https when `tls` is given, else http), `unix:/path`, or
   * `discovery:///name`, which needs `resolver`. A path (`http://host/base`) stands before every call's own.
   */
  endpoint: string;
  /** Run for every call, the first outermost. Default none. */
  middleware?: readonly Middleware[] | undefined;
  /** The limit of a call in ms; a call's own `timeoutMs` takes its place. 0: none. Default 2000. */
  timeoutMs?: number | undefined;
  /**
   * The codec, by name, of requests and of the replies that are asked for: `json`, `protojson`, `proto` or one of
   * `codecs`. Default: `protojson`, and `json` for servers that answer that they don't know it, as Kratos v2 does. Both
   * are Protobuf JSON here; Kratos v3 servers read something else as `json`, so choose that for v2 alone.
   */
  codec?: string | undefined;
  /** More codecs, or others in the place of those built in. Default none. */
  codecs?: readonly Codec[] | undefined;
  /** Default: none; for `https` the defaults of node:tls. */
  tls?: HttpTransportTlsOptions | undefined;
  /** Finds the servers of a `discovery:///name`: `createResolver` of @kratos-ts/selector makes one. */
  resolver?: Resolver | undefined;
  /** The largest body of a reply, unpacked, in bytes. Default 4 MiB. */
  maxBodyBytes?: number | undefined;
  /** The limit for making a connection, in ms. Default 5000. */
  connectTimeoutMs?: number | undefined;
  /** The most connections to one address; calls beyond wait for a free one. Default 100. */
  connections?: number | undefined;
  /** The most calls to one address that wait for a connection; one more fails with 429. Default 10 000. */
  maxQueuedCalls?: number | undefined;
  /** Stands before the library's own name in `user-agent`. Default none. */
  userAgent?: string | undefined;
}

/**
 * Calls services over HTTP by their `google.api.http` rules (a method without one: `POST /package.Service/Method`);
 * give it to `createClient` of @connectrpc/connect. Disposing of it closes its connections and fails calls that are
 * still running; idle connections do not keep the process alive.
 *
 * Calls fail with a KratosError: the one that the server threw; 503 when there is no connection or it broke; 504 after
 * the deadline; 499 when cancelled; 500 when the reply can't be read; 400 `CODEC` when the request can't be written;
 * 429 beyond `maxBodyBytes` or `maxQueuedCalls`; 501 for streaming methods. Redirects are not followed: each is an
 * error with its 3xx code. A request is sent again only when it did no work: once, when its method is idempotent and
 * the server had closed the idle connection that it was sent on (RFC 9112 §9.3.1), and when the server refused the
 * content type or a long query.
 *
 * Throws an Error when an option is wrong.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport & AsyncDisposable {
  return new HttpTransport(options);
}

class HttpTransport implements Transport, AsyncDisposable {
  readonly #endpoint: string;
  readonly #timeoutMs: number;
  readonly #middleware: Middleware;
  readonly #planOptions: PlanOptions;
  readonly #decodeError: ErrorDecoder;
  readonly #methods = new WeakMap<DescMethod, CompiledMethod>();
  readonly #servers: Servers;
  #closed = false;

  constructor(options: HttpTransportOptions) {
    const { codec, codecs: more, userAgent, middleware = [] } = options;
    const codecs = createCodecRegistry(more);
    if (codec !== undefined) codecNamed(codec, codecs);
    this.#endpoint = options.endpoint;
    this.#timeoutMs = options.timeoutMs ?? 2000;
    this.#middleware = chain(...middleware);
    this.#planOptions = { codec, codecs, userAgent: userAgent === undefined ? "kratos-ts" : `${userAgent} kratos-ts` };
    this.#decodeError = createErrorDecoder(codecs);
    this.#servers = createServers(options);
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
  ): Promise<StreamResponse<I, O>> {
    const message = `${operationOf(method)}: streaming over HTTP is not supported yet; use createGrpcTransport`;
    throw new KratosError({ code: 501, message });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#servers.close();
  }

  #compiled(method: DescMethod): CompiledMethod {
    let compiled = this.#methods.get(method);
    if (compiled === undefined) {
      const plan = compileMethod(method, this.#planOptions);
      const last: Handler = (req, ctx) => this.#call(req, ctx);
      compiled = { plan, handler: this.#middleware(last, plan.info) };
      this.#methods.set(method, compiled);
    }
    return compiled;
  }

  /** The end of the chain. Middleware may call it more than once, with another request or a context of its own. */
  async #call(req: unknown, context: Context): Promise<unknown> {
    const transporter = context.transport;
    if (!(transporter instanceof ClientTransporter))
      throw new Error("a middleware passed on a context that is not of this call: derive it from the one it was given");
    const message = messageOf(transporter.plan.method.input, req);
    const decodeError = this.#decodeError;
    const servers = this.#servers;
    if (servers.kind === "fixed") return send(message, { peer: servers.peer, transporter, context, decodeError });
    const picked = await servers.picker.pick(context);
    try {
      const reply = await send(message, { peer: servers.peers.get(picked.node), transporter, context, decodeError });
      picked.done({});
      return reply;
    } catch (error) {
      picked.done({ error });
      throw error;
    }
  }
}

interface CompiledMethod {
  readonly plan: MethodPlan;
  readonly handler: Handler;
}
