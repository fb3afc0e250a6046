import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Context, PortHost, PortRequest } from "@kratos-ts/core";
import type { ServerStream, StreamHandler } from "../../http2/carrier.ts";
import { addressOf } from "../../http2/dial.ts";
import { findHeader } from "../../metadata.ts";
import { refusalOf, refuseRequest } from "../refusal.ts";
import type { RequestHead } from "../request-head.ts";
import { contextOn } from "../session-context.ts";
import type { CorsOptions } from "./cors.ts";
import { Http2Exchange } from "./http2-exchange.ts";
import { likenessOf, splitTarget } from "./web-request-kind.ts";
import type { Exchange, WebService, WebServiceInit } from "./web-service.ts";
import type { WebRequest } from "./web-transporter.ts";

export interface WebSideInit extends WebServiceInit {
  readonly cors: CorsOptions | undefined;
}

interface Arrival {
  readonly exchange: Exchange;
  readonly context: Context | undefined;
  readonly request: Omit<WebRequest, "url"> & { readonly authority: string; readonly target: string };
}

/**
 * What a gRPC server serves beside native gRPC. All that does so is loaded for the first request that needs it, so that
 * a server which has none starts as fast, and is as small, as without.
 */
export class WebSide {
  readonly #init: WebSideInit;
  #service: Promise<WebService> | undefined;
  #http1: Promise<Server> | undefined;
  #stopping = false;
  #http1Calls = 0;
  #onIdle: (() => void) | undefined;
  /** Whose port it is, where that is not the server's own. */
  host: PortHost | undefined;

  constructor(init: WebSideInit) {
    this.#init = init;
  }

  /**
   * Whether a request is a call of gRPC-Web or Connect, or a browser's question about one. On a host's port, what its
   * routes do not serve at the path of a method is taken as well, to be told what that takes.
   */
  takes(request: PortRequest): boolean {
    if (!this.knows(request.target)) return false;
    const { operation } = splitTarget(request.target);
    const likeness = likenessOf(request);
    if (request.method === "OPTIONS") return this.#init.cors !== undefined;
    if (likeness === "call") return true;
    return this.host === undefined ? likeness === "maybe" : !this.host.serves(request.method, operation);
  }

  /** Whether there is a method at this path. */
  knows(target: string): boolean {
    return this.#init.routes.has(splitTarget(target).operation);
  }

  /** Serves a stream of HTTP/2, or answers undefined when it is none of the web's. */
  onStream(stream: ServerStream, head: RequestHead, end: boolean): StreamHandler | undefined {
    const { method, path: target, headers, authority } = head;
    if (!this.takes({ method, target, headers })) return undefined;
    if (likenessOf({ method, target, headers }) === "none") return refuseRequest(stream, head, true);
    const exchange = new Http2Exchange(stream, end);
    const { operation } = splitTarget(target);
    const { peer } = stream.session;
    const context = this.#init.host.keptSession(stream.session)?.context;
    const request = { operation, method, target, headers, authority, peer };
    this.#serve({ exchange, context, request });
    return exchange;
  }

  /** Takes a connection that speaks HTTP/1.1. */
  async onHttp1(socket: Socket): Promise<void> {
    // Until it is somebody's, nobody else hears of its errors.
    socket.on("error", ignore);
    this.#http1 ??= import("./http1-server.ts").then(({ createHttp1Server }) =>
      createHttp1Server(this.#init.host.config.limits.maxHeaderBytes, (request, response) =>
        this.#onRequest(request, response),
      ),
    );
    const server = await this.#http1;
    if (this.#stopping || socket.destroyed) socket.destroy();
    else server.emit("connection", socket);
  }

  /** Serves a request of HTTP/1.1 that it takes. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { Http1Exchange } = await import("./http1-exchange.ts");
    const { method = "", url: target = "", rawHeaders, socket } = request;
    const headers = rawHeaders.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text));
    if (likenessOf({ method, target, headers }) === "none") {
      await this.#refuse(request, response);
      return;
    }
    if (this.#stopping) response.shouldKeepAlive = false;
    const { operation } = splitTarget(target);
    const authority = findHeader(headers, "host") ?? "";
    const described = { operation, method, target, headers, authority, peer: addressOf(socket) };
    const context = contextOn(socket, this.#init.host.context);
    const exchange = new Http1Exchange(request, response);
    await this.#serve({ exchange, context, request: described });
  }

  /** Takes no more connections of HTTP/1.1; resolves when the calls on those that it has are over. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#http1Calls > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    (await this.#http1)?.close(ignore);
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    this.#http1Calls++;
    response.once("close", () => {
      if (--this.#http1Calls === 0) this.#onIdle?.();
    });
    const { method = "", url: target = "", rawHeaders: headers } = request;
    if (this.takes({ method, target, headers })) this.serve(request, response);
    else this.#refuse(request, response);
  }

  async #refuse(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { Http1Exchange } = await import("./http1-exchange.ts");
    const { method = "", url = "" } = request;
    const [, status, ...headers] = refusalOf(method, this.knows(url));
    await new Http1Exchange(request, response).reply({ status: Number(status), headers });
  }

  async #serve({ request, ...arrival }: Arrival): Promise<void> {
    const { host } = this.#init;
    try {
      this.#service ??= import("./web-service.ts").then(({ WebService }) => new WebService(this.#init));
      const service = await this.#service;
      const { authority, target, ...rest } = request;
      const url = urlOf(`${(this.host?.secure ?? host.secure) ? "https" : "http"}://`, authority, target);
      await service.serve({ ...arrival, request: { ...rest, url } });
    } catch (error) {
      host.config.logger.error("gRPC-Web and Connect can't be served", { error });
      arrival.exchange.abort();
    }
  }
}

// A host that is none is not worth an error: no call depends on it.
function urlOf(scheme: string, authority: string, target: string): string {
  const url = `${scheme}${authority}${target}`;
  return URL.canParse(url) ? url : `${scheme}localhost${target}`;
}

function ignore(): void {}
