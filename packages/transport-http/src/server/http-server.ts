import type { Server as TlsServer } from "node:tls";
import type { DescService } from "@bufbuild/protobuf";
import {
  type Endpointer,
  operationOf,
  type PortGuest,
  type Server,
  type Service,
  type ServiceRegistrar,
  type StartOptions,
  type StopOptions,
} from "@kratos-ts/core";
import { type PathTemplate, parsePathTemplate } from "../rule/path-template.ts";
import { openCertificates } from "./certificate-files.ts";
import { createDispatcher } from "./dispatcher.ts";
import type { Filter } from "./filter.ts";
import { filterUnder } from "./filter-prefix.ts";
import { addHealthRoutes } from "./health.ts";
import { endpointOf, listen } from "./listen-address.ts";
import { compileMethod } from "./method-route.ts";
import { compileMount, type Mount, type Mountable, type MountOptions, parsePrefix } from "./mount.ts";
import { createNodeServer, type NodeServer } from "./node-server.ts";
import { type HttpServerOptions, resolveOptions } from "./options.ts";
import type { Route } from "./route.ts";
import { Router } from "./router.ts";
import { ServerCore } from "./server-core.ts";
import { createPortHost, isPortGuest, shareConnections } from "./shared-port.ts";
import { cut, shutDown } from "./shut-down.ts";
import { listenForUpgrades } from "./stream/upgrade.ts";
import { compileWebRoute, type RouteHandler, type RouteOptions } from "./web-route.ts";

/** Serves services by their HTTP rules, hand-written routes, and whatever is mounted. Disposing it is a stop with 200 ms of grace. */
export interface HttpServer extends Server, Endpointer, ServiceRegistrar, AsyncDisposable {
  /**
   * Resolves once requests are accepted. Without options, calls have no parent context, and a failure after the start
   * goes to the logger. Rejects when the address can't be listened on, and when the server was started before.
   */
  start(options?: StartOptions): Promise<void>;
  /** Readiness answers 503 from now on; everything else is served as before. */
  drain(): void | Promise<void>;
  /** Adds a route of that verb; a path template is as in `google.api.http`, see `pathParams` for its variables. */
  route(verb: string, path: string, handler: RouteHandler | RouteOptions): this;
  get(path: string, handler: RouteHandler | RouteOptions): this;
  post(path: string, handler: RouteHandler | RouteOptions): this;
  put(path: string, handler: RouteHandler | RouteOptions): this;
  patch(path: string, handler: RouteHandler | RouteOptions): this;
  delete(path: string, handler: RouteHandler | RouteOptions): this;
  /** Serves every path under `prefix` that no route has; of several mounts the longest prefix wins. */
  mount(prefix: string, handler: Mountable, options?: MountOptions): this;
  /**
   * Serves another server on this port: a gRPC server, which brings HTTP/2, gRPC, gRPC-Web and Connect, over TLS by ALPN and
   * in cleartext by prior knowledge. The rest of HTTP/2 is served as HTTP/1.1 is. It starts, drains and stops with this
   * server; give both to an app, so that both endpoints are registered. Throws when it listens itself, or another is mounted.
   */
  mount(guest: PortGuest): this;
  /** Adds a filter after those of the options. */
  use(filter: Filter): this;
  /** Adds a filter for the paths under `prefix`; it sees them without that, as in connect. */
  use(prefix: string, filter: Filter): this;
}

/** Makes an HTTP server. Throws a RangeError for an option out of its range. */
export function createHttpServer(options: HttpServerOptions = {}): HttpServer {
  return new RuleServer(options);
}

const disposeGraceMs = 200;

class RuleServer implements HttpServer {
  readonly #core: ServerCore;
  readonly #router: Router<Route> = new Router();
  readonly #mounts: Mount[] = [];
  /** Some route takes WebSockets. */
  #upgrades = false;
  #state: "new" | "started" | "stopped" = "new";
  #server: NodeServer | undefined;
  #guest: PortGuest | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: HttpServerOptions) {
    this.#core = new ServerCore(resolveOptions(options));
  }

  service<S extends DescService>(service: S, implementation: Partial<Service<S>>): this {
    this.#checkNew("a service");
    const methods = implementation as Record<string, unknown>;
    this.#core.codecs.addTypes(service.file);
    for (const method of service.methods) {
      const given = methods[method.localName];
      if (given !== undefined && typeof given !== "function")
        throw new TypeError(`the implementation of ${operationOf(method)} is no function`);
      for (const [binding, route] of compileMethod(method, given?.bind(implementation), this.#core))
        this.#add(binding.verb, binding.template, route);
    }
    return this;
  }

  route(verb: string, path: string, handler: RouteHandler | RouteOptions): this {
    this.#checkNew("a route");
    const template = parsePathTemplate(path);
    this.#add(verb.toUpperCase(), template, compileWebRoute(template, handler, this.#core));
    return this;
  }
  get(path: string, handler: RouteHandler | RouteOptions): this {
    return this.route("GET", path, handler);
  }
  post(path: string, handler: RouteHandler | RouteOptions): this {
    return this.route("POST", path, handler);
  }
  put(path: string, handler: RouteHandler | RouteOptions): this {
    return this.route("PUT", path, handler);
  }
  patch(path: string, handler: RouteHandler | RouteOptions): this {
    return this.route("PATCH", path, handler);
  }
  delete(path: string, handler: RouteHandler | RouteOptions): this {
    return this.route("DELETE", path, handler);
  }

  mount(...given: [guest: PortGuest] | [prefix: string, handler: Mountable, options?: MountOptions]): this {
    this.#checkNew("a mount");
    if (given.length === 1) return this.#mountGuest(given[0]);
    const [prefix, handler, options] = given;
    this.#mounts.push(compileMount(parsePrefix(prefix), handler, { ...options, core: this.#core }));
    return this;
  }

  use(...given: [filter: Filter] | [prefix: string, filter: Filter]): this {
    this.#checkNew("a filter");
    const filter = given.length === 1 ? given[0] : filterUnder(parsePrefix(given[0]), given[1]);
    this.#core.filters.push(filter);
    return this;
  }

  async start(options?: StartOptions): Promise<void> {
    if (this.#state !== "new")
      throw new Error(`this HTTP server has been ${this.#state} already: a server starts once, make another one`);
    this.#state = "started";
    this.#starting = this.#listen(options);
    try {
      await this.#starting;
    } catch (error) {
      this.#state = "new";
      this.#server = undefined;
      throw error;
    }
  }

  async #listen(options: StartOptions | undefined): Promise<void> {
    const core = this.#core;
    const { address, healthPath, tls, endpoint, logger } = core.options;
    if (healthPath !== false) addHealthRoutes(this.#router, healthPath);
    core.parent = options?.context;
    await core.guest?.begin(options);
    const certificates = tls === undefined ? undefined : await openCertificates(tls);
    const dispatch = createDispatcher({ core, router: this.#router, mounts: this.#mounts });
    const server = createNodeServer(core, dispatch, certificates?.tls);
    this.#server = server;
    if (this.#upgrades) await listenForUpgrades(server, { core, router: this.#router });
    shareConnections(server, core);
    await listen(server, address);
    core.endpoint = endpoint ?? endpointOf(server, tls === undefined ? "http" : "https");
    certificates?.watch((renewed) => (server as unknown as TlsServer).setSecureContext(renewed), logger);
    server.once("close", () => certificates?.close());
    server.on("error", (error) => {
      if (options === undefined) logger.error("the HTTP server failed", { error });
      else options.onFailure(error);
    });
  }

  endpoint(): string {
    const { endpoint, options } = this.#core;
    if (endpoint === "" && options.endpoint === undefined)
      throw new Error("the HTTP server has no endpoint before it has started: await start() first");
    return endpoint || (options.endpoint as string);
  }

  drain(): void | Promise<void> {
    this.#core.draining = true;
    return this.#guest?.drain?.();
  }

  async stop(options?: StopOptions): Promise<void> {
    const begun = this.#state === "started" || this.#stopping !== undefined;
    if (!begun) return;
    this.#stopping ??= this.#shutDown();
    const guest = this.#guest?.stop(options);
    const signal = options?.signal;
    const onAbort = (): void => cut(this.#core);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    await Promise.all([this.#stopping, guest]).finally(() => signal?.removeEventListener("abort", onAbort));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop({ signal: AbortSignal.timeout(disposeGraceMs) });
  }

  async #shutDown(): Promise<void> {
    this.#state = "stopped";
    try {
      await this.#starting;
    } catch {
      // Who started it knows.
      return;
    }
    if (this.#server !== undefined) await shutDown(this.#server, this.#core);
  }

  #mountGuest(guest: PortGuest): this {
    if (!isPortGuest(guest))
      throw new TypeError("mount takes a prefix with a handler, or a server such as that of createGrpcServer");
    if (this.#guest !== undefined) throw new Error("a server is mounted on this port already: it takes one");
    this.#core.guest = guest.joinPort(createPortHost({ core: this.#core, router: this.#router }));
    this.#guest = guest;
    return this;
  }

  #add(verb: string, template: PathTemplate, route: Route): void {
    this.#upgrades ||= route.webSocket === true;
    if (this.#router.add(verb, template, route)) return;
    this.#core.options.logger.warn("a route is never reached: an equal one was added before", {
      verb,
      path: template.source,
      operation: route.operation,
    });
  }

  #checkNew(what: string): void {
    if (this.#state !== "new") throw new Error(`${what} must be added before the HTTP server starts`);
  }
}
