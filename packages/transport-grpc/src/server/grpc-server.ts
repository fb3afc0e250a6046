import type { DescService } from "@bufbuild/protobuf";
import type {
  Context,
  Endpointer,
  Server,
  Service,
  ServiceRegistrar,
  StartOptions,
  StopOptions,
} from "@kratos-ts/core";
import { KratosError } from "@kratos-ts/core";
import { isKnownEncoding, unknownEncoding } from "../compression.ts";
import type {
  ListenAddress,
  ServerCarrier,
  ServerHandler,
  ServerSession,
  ServerStream,
  SessionHandler,
  StreamHandler,
} from "../http2/carrier.ts";
import { createNodeServerCarrier } from "../http2/node-server.ts";
import type { CallHost } from "./call.ts";
import { createHealth, type Health } from "./health.ts";
import { KeptSession, type SessionOwner } from "./kept-session.ts";
import { endpointOf, parseAddress } from "./listen-address.ts";
import { configOf, type GrpcServerConfig, type GrpcServerOptions } from "./options.ts";
import { refuseCall, refuseRequest } from "./refusal.ts";
import { contentTypeOf, type RequestHead, readHead } from "./request-head.ts";
import { type Route, routesOf } from "./route.ts";
import { UnaryCall } from "./unary-call.ts";

/** A gRPC server: give it to `createApp`, or `start` and `stop` it yourself. */
export interface GrpcServer extends Server, Endpointer, ServiceRegistrar, AsyncDisposable {
  /** Without options: no parent context, and a later failure goes to the logger. */
  start(options?: StartOptions): Promise<void>;
}

/**
 * Makes a server that serves Protobuf services over gRPC. Throws a `RangeError` for a limit that is out of its range,
 * and a `TypeError` for an address that is none.
 */
export function createGrpcServer(options: GrpcServerOptions = {}): GrpcServer {
  return new NodeGrpcServer(configOf(options));
}

// How long what is in flight may still take when a server is disposed of.
const disposeGraceMs = 1_000;

class NodeGrpcServer implements GrpcServer, ServerHandler, SessionOwner, CallHost {
  readonly secure: boolean;
  context: Context | undefined;
  readonly config: GrpcServerConfig;
  readonly #address: ListenAddress;
  readonly #routes = new Map<string, Route>();
  readonly #services = new Set<string>();
  readonly #sessions = new Map<ServerSession, KeptSession>();
  readonly #health: Health | undefined;
  readonly #timeoutMs: number | undefined;
  #carrier: ServerCarrier | undefined;
  #starting: Promise<void> | undefined;
  #onFailure: StartOptions["onFailure"] | undefined;
  #bound: ListenAddress | undefined;
  #stopping: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(config: GrpcServerConfig) {
    this.config = config;
    this.#address = parseAddress(config.address);
    this.secure = config.tls !== undefined;
    this.#timeoutMs = config.timeoutMs === 0 ? undefined : config.timeoutMs;
    if (config.health) {
      this.#health = createHealth();
      // Probes carry no credentials and are no traffic: middleware does not see them.
      this.#register(this.#health.service, routesOf({ ...this.#health, middleware: [] }));
    }
  }

  service<S extends DescService>(service: S, implementation: Partial<Service<S>>): this {
    this.#register(service, routesOf({ service, implementation, middleware: this.config.middleware }));
    return this;
  }

  start(options?: StartOptions): Promise<void> {
    if (this.#starting !== undefined)
      return Promise.reject(new Error("the gRPC server was started already; make another one with createGrpcServer"));
    this.context = options?.context;
    this.#onFailure = options?.onFailure.bind(options);
    this.#starting = this.#listen();
    return this.#starting;
  }

  endpoint(): string {
    if (this.config.endpoint !== undefined) return this.config.endpoint;
    if (this.#bound !== undefined) return endpointOf(this.#bound, this.secure);
    throw new Error("the gRPC server has no endpoint before it has started: await start() first, or set `endpoint`");
  }

  drain(): void {
    this.#health?.leave();
  }

  stop(options: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#end();
    const { signal } = options;
    if (signal === undefined) return this.#stopping;
    const cut = (): void => this.#cut();
    if (signal.aborted) cut();
    else signal.addEventListener("abort", cut, { once: true });
    return this.#stopping.finally(() => signal.removeEventListener("abort", cut));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop({ signal: AbortSignal.timeout(disposeGraceMs) });
  }

  onSession(session: ServerSession): SessionHandler {
    const kept = new KeptSession(session, this, this.config.keepalive);
    this.#sessions.set(session, kept);
    if (this.#stopping !== undefined) setImmediate(() => session.drain());
    return kept;
  }

  sessionClosed(kept: KeptSession, cause: unknown): void {
    const { peer } = kept.session;
    if (cause !== undefined) this.config.logger.warn("gRPC connection broke", { peer, error: cause });
    this.#sessions.delete(kept.session);
    if (this.#sessions.size === 0) this.#onIdle?.();
  }

  onRefused(cause: unknown): void {
    this.config.logger.warn("gRPC connection refused", { error: cause });
  }

  onFailure(cause: unknown): void {
    if (this.#onFailure === undefined) this.config.logger.error("gRPC server failed", { error: cause });
    else this.#onFailure(cause);
  }

  onStream(stream: ServerStream, headers: string[], end: boolean): StreamHandler {
    this.#sessions.get(stream.session)?.active();
    const head = readHead(headers);
    const contentType = contentTypeOf(head.contentType);
    if (head.method !== "POST" || contentType === undefined) return refuseRequest(stream, head);
    const { maxHeaderBytes } = this.config.limits;
    if (head.size > maxHeaderBytes)
      return refuseCall({ stream, contentType, error: tooLarge(head.size, maxHeaderBytes) });
    const route = this.#routes.get(head.path);
    const refusal = route === undefined ? this.#unknown(head.path) : refusalOf(route, head);
    if (route === undefined || refusal !== undefined)
      return refuseCall({ stream, contentType, error: refusal as KratosError });
    try {
      const call = new UnaryCall({ host: this, stream, route, head, contentType, timeoutMs: this.#timeoutMs });
      if (end) call.onEnd();
      return call;
    } catch (error) {
      // A malformed grpc-timeout.
      return refuseCall({ stream, contentType, error: KratosError.from(error) });
    }
  }

  #register(service: DescService, routes: Route[]): void {
    if (this.#services.has(service.typeName)) throw new Error(`the service ${service.typeName} is registered already`);
    this.#services.add(service.typeName);
    for (const route of routes) this.#routes.set(route.operation, route);
  }

  #unknown(path: string): KratosError {
    const [, service = "", method = ""] = path.split("/");
    if (service === "") return new KratosError({ code: 501, message: `malformed method name ${JSON.stringify(path)}` });
    const message = this.#services.has(service)
      ? `unknown method ${method} for service ${service}`
      : `unknown service ${service}`;
    return new KratosError({ code: 501, message });
  }

  async #listen(): Promise<void> {
    const { tls, limits } = this.config;
    this.#carrier = createNodeServerCarrier({ handler: this, tls, limits });
    this.#bound = await this.#carrier.listen(this.#address);
  }

  async #end(): Promise<void> {
    this.drain();
    // A start that fails has nothing to be stopped, and tells its own caller why.
    await this.#starting?.catch(() => {});
    const closed = this.#carrier?.close();
    for (const session of this.#sessions.keys()) session.drain();
    if (this.#sessions.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.#carrier?.destroy();
    await closed;
  }

  #cut(): void {
    for (const session of this.#sessions.keys()) session.destroy();
    this.#carrier?.destroy();
  }
}

// SETTINGS only asks for the limit; nghttp2 serves what is above it.
function tooLarge(size: number, maxHeaderBytes: number): KratosError {
  const message = `the request's headers have ${size} bytes, more than the limit of ${maxHeaderBytes} (maxHeaderBytes)`;
  return new KratosError({ code: 429, message });
}

function refusalOf(route: Route, head: RequestHead): KratosError | undefined {
  if (route.method.methodKind !== "unary")
    return new KratosError({ code: 501, message: `streaming is not supported yet: ${route.operation}` });
  return isKnownEncoding(head.encoding) ? undefined : unknownEncoding(head.encoding as string);
}
