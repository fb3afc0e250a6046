import type { Socket } from "node:net";
import type { DescService } from "@bufbuild/protobuf";
import type {
  Context,
  Endpointer,
  JoinedPort,
  PortGuest,
  PortHost,
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
  ServerTls,
  SessionHandler,
  StreamHandler,
} from "../http2/carrier.ts";
import type { CallHost, OpenStream } from "./call.ts";
import { type CertificateWatch, openCertificates } from "./certificate-files.ts";
import { GuestPort } from "./guest-port.ts";
import { createHealth, type Health, type HealthStatus } from "./health.ts";
import { passToHost } from "./host-exchange.ts";
import { KeptSession, type SessionOwner } from "./kept-session.ts";
import { endpointOf, parseAddress } from "./listen-address.ts";
import { configOf, type GrpcServerConfig, type GrpcServerOptions, type GrpcServerTlsOptions } from "./options.ts";
import { createReflection } from "./reflection.ts";
import { refuseCall, refuseHeaders, refuseRequest } from "./refusal.ts";
import { contentTypeOf, type RequestHead, readHead } from "./request-head.ts";
import { type Route, routesOf } from "./route.ts";
import { StreamCall } from "./stream-call.ts";
import { UnaryCall } from "./unary-call.ts";
import { WebSide } from "./web/web-side.ts";

/** A gRPC server: give it to `createApp`, or `start` and `stop` it yourself. */
export interface GrpcServer extends Server, Endpointer, ServiceRegistrar, PortGuest, AsyncDisposable {
  /** Without options: no parent context, and a later failure goes to the logger. */
  start(options?: StartOptions): Promise<void>;
  /**
   * What health checks hear of a service, `""` for the server as a whole, which is SERVING from the start; services are
   * not known to them until they are set. Watchers hear of a change at once. Without effect from `drain` or `stop` on,
   * when all of them are NOT_SERVING, and where `health` is switched off.
   */
  setHealth(service: DescService | string, status: HealthStatus): void;
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
// How long streams that are cut have for their status to reach the caller, in ms.
const cutGraceMs = 100;

class NodeGrpcServer implements GrpcServer, ServerHandler, SessionOwner, CallHost {
  context: Context | undefined;
  readonly streams = new Set<OpenStream>();
  readonly config: GrpcServerConfig;
  readonly #address: ListenAddress;
  readonly #routes = new Map<string, Route>();
  readonly #services = new Map<string, DescService>();
  readonly #sessions = new Map<ServerSession, KeptSession>();
  readonly #health: Health | undefined;
  readonly #timeoutMs: number | undefined;
  readonly #web: WebSide | undefined;
  /** Whose port it is, where that is not its own. */
  #host: PortHost | undefined;
  #carrier: ServerCarrier | undefined;
  /** Used once it has joined one. */
  readonly #port = new GuestPort({
    begin: (options) => this.#begin(options),
    accept: (socket) => this.#carrier?.accept(socket),
    web: () => this.#web,
  });
  #started = false;
  #starting: Promise<void> | undefined;
  #onFailure: StartOptions["onFailure"] | undefined;
  #bound: ListenAddress | undefined;
  #certificates: CertificateWatch<GrpcServerTlsOptions> | undefined;
  #stopping: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;
  #cutTimer: NodeJS.Timeout | undefined;

  constructor(config: GrpcServerConfig) {
    this.config = config;
    this.#address = parseAddress(config.address);
    this.#timeoutMs = config.timeoutMs === 0 ? undefined : config.timeoutMs;
    const { cors } = config;
    if (config.web) this.#web = new WebSide({ host: this, routes: this.#routes, timeoutMs: this.#timeoutMs, cors });
    if (config.health) {
      this.#health = createHealth();
      // Probes carry no credentials and are no traffic: middleware does not see them.
      this.#register(this.#health.service, routesOf({ ...this.#health, middleware: [], internal: true }));
    }
    if (config.reflection) {
      const { services, implementation } = createReflection(this.#services);
      const { middleware } = config;
      for (const service of services)
        this.#register(
          service,
          routesOf({ service, implementation: implementation as object, middleware, internal: true }),
        );
    }
  }

  service<S extends DescService>(service: S, implementation: Partial<Service<S>>): this {
    this.#register(service, routesOf({ service, implementation, middleware: this.config.middleware }));
    return this;
  }

  setHealth(service: DescService | string, status: HealthStatus): void {
    this.#health?.set(service, status);
  }

  get secure(): boolean {
    return this.#host?.secure ?? this.config.tls !== undefined;
  }

  joinPort(host: PortHost): JoinedPort {
    if (this.#started || this.#host !== undefined)
      throw new Error("the gRPC server listens already, or is mounted elsewhere: mount it once, before it starts");
    if (this.config.tls !== undefined)
      throw new Error("the gRPC server is mounted on another server's port: give `tls` to that one");
    this.#host = host;
    if (this.#web !== undefined) this.#web.host = host;
    return this.#port;
  }

  start(options?: StartOptions): Promise<void> {
    if (this.#started)
      return Promise.reject(new Error("the gRPC server was started already; make another one with createGrpcServer"));
    this.#started = true;
    return this.#begin(options);
  }

  // A mounted server is started by its host, and by an app that knows of both.
  #begin(options: StartOptions | undefined): Promise<void> {
    if (this.#starting === undefined) {
      this.context = options?.context;
      this.#onFailure = options?.onFailure.bind(options);
      this.#starting = this.#listen();
    }
    return this.#starting;
  }

  endpoint(): string {
    if (this.config.endpoint !== undefined) return this.config.endpoint;
    if (this.#host !== undefined) return this.#host.endpoint().replace(/^http/, "grpc");
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

  keptSession(session: ServerSession): KeptSession | undefined {
    return this.#sessions.get(session);
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
    const kept = this.#sessions.get(stream.session);
    kept?.active();
    const head = readHead(headers);
    const contentType = contentTypeOf(head.contentType);
    if (head.method !== "POST" || contentType === undefined) return this.#serveOther(stream, head, end);
    const { maxHeaderBytes } = this.config.limits;
    if (head.size > maxHeaderBytes)
      return refuseCall({ stream, contentType, error: tooLarge(head.size, maxHeaderBytes) });
    const route = this.#routes.get(head.path);
    const refusal = route === undefined ? this.#unknown(head.path) : refusalOf(head);
    if (route === undefined || refusal !== undefined)
      return refuseCall({ stream, contentType, error: refusal as KratosError });
    try {
      const timeoutMs = route.streams ? undefined : this.#timeoutMs;
      const init = { host: this, stream, context: kept?.context, route, head, contentType, timeoutMs };
      const call = route.streams ? new StreamCall(init) : new UnaryCall(init);
      call.begin(end);
      return call;
    } catch (error) {
      // A malformed grpc-timeout.
      return refuseCall({ stream, contentType, error: KratosError.from(error) });
    }
  }

  /** What is no native gRPC. */
  #serveOther(stream: ServerStream, head: RequestHead, end: boolean): StreamHandler {
    if (head.size > this.config.limits.maxHeaderBytes) return refuseHeaders(stream);
    const served = this.#web?.onStream(stream, head, end);
    if (served !== undefined) return served;
    // No server here is a proxy.
    if (this.#host === undefined || head.method === "CONNECT")
      return refuseRequest(stream, head, this.#web?.knows(head.path) ?? true);
    return passToHost({ host: this.#host, stream, head, end });
  }

  #register(service: DescService, routes: Route[]): void {
    if (this.#services.has(service.typeName)) throw new Error(`the service ${service.typeName} is registered already`);
    this.#services.set(service.typeName, service);
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
    const { serve, limits } = this.config;
    const certificates = this.config.tls === undefined ? undefined : await openCertificates(this.config.tls);
    const tls = certificates?.tls as ServerTls | undefined;
    const web = this.#web;
    const onHttp1 = web === undefined ? undefined : (socket: Socket) => void web.onHttp1(socket);
    this.#carrier = serve({ handler: this, tls, limits, onHttp1 });
    if (this.#host === undefined) this.#bound = await this.#carrier.listen(this.#address);
    this.#certificates = certificates;
    certificates?.watch((renewed) => this.#carrier?.renew(renewed as ServerTls), this.config.logger);
  }

  async #end(): Promise<void> {
    this.drain();
    // A start that fails has nothing to be stopped, and tells its own caller why.
    await this.#starting?.catch(() => {});
    this.#certificates?.close();
    const closed = this.#carrier?.close();
    for (const session of this.#sessions.keys()) session.drain();
    // Watchers of its health have heard by then that it stops, and are not worth waiting for.
    setImmediate(() => this.#cutStreams((call) => call.internal));
    this.#port.close();
    await this.#web?.stop();
    if (this.#sessions.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    clearTimeout(this.#cutTimer);
    this.#carrier?.destroy();
    await closed;
  }

  #cut(): void {
    if (this.streams.size === 0) this.#destroy();
    else {
      this.#cutStreams(() => true);
      this.#cutTimer ??= setTimeout(() => this.#destroy(), cutGraceMs);
    }
  }

  #cutStreams(which: (call: OpenStream) => boolean): void {
    for (const call of this.streams) if (which(call)) call.cut();
  }

  #destroy(): void {
    for (const session of this.#sessions.keys()) session.destroy();
    this.#carrier?.destroy();
  }
}

// SETTINGS only asks for the limit; nghttp2 serves what is above it.
function tooLarge(size: number, maxHeaderBytes: number): KratosError {
  const message = `the request's headers have ${size} bytes, more than the limit of ${maxHeaderBytes} (maxHeaderBytes)`;
  return new KratosError({ code: 429, message });
}

function refusalOf(head: RequestHead): KratosError | undefined {
  return isKnownEncoding(head.encoding) ? undefined : unknownEncoding(head.encoding as string);
}
