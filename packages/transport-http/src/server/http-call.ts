import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import { type CallContext, type Handler, HeaderList, KratosError, type Transporter } from "@kratos-ts/core";
import { writeError } from "./error-reply.ts";
import { parentOn } from "./peer-context.ts";
import { type Reply, writeReply } from "./reply.ts";
import type { Route } from "./route.ts";
import { ServerContext } from "./server-context.ts";
import type { ServerCore } from "./server-core.ts";

export interface HttpCallInit {
  readonly core: ServerCore;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  /** The values of the route's path variables, decoded. */
  readonly values: readonly string[];
  /** The raw query, without `?`; undefined when there is none. */
  readonly query: string | undefined;
}

/** One call: its transport as middleware sees it, and its way from the request to the one reply. */
export class HttpCall implements Transporter {
  readonly core: ServerCore;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  readonly values: readonly string[];
  readonly query: string | undefined;
  /** The call before this one on its connection that is not over yet. */
  older: HttpCall | undefined = undefined;
  /** What ends a reply that streams, when its reader is gone. */
  endStream: (() => void) | undefined = undefined;
  /** Its connection has become a WebSocket, which tells by itself when it ends. */
  upgraded = false;
  /** The reply is written but left open: who set this ends the response. */
  held = false;
  #context: CallContext | undefined = undefined;
  #requestHeader: HeaderList | undefined = undefined;
  #replyHeader: HeaderList | undefined = undefined;
  #replyTrailer: HeaderList | undefined = undefined;
  #abandoned = false;
  #replied = false;
  #over = false;

  constructor(init: HttpCallInit) {
    this.core = init.core;
    this.request = init.request;
    this.response = init.response;
    this.route = init.route;
    this.values = init.values;
    this.query = init.query;
    init.core.connections.begin(this);
  }

  get kind(): string {
    return "http";
  }
  get side(): "server" {
    return "server";
  }
  get endpoint(): string {
    return this.core.endpoint;
  }
  get operation(): string {
    return this.route.operation;
  }
  get pathTemplate(): string {
    return this.route.pathTemplate;
  }
  get requestMethod(): string {
    return this.request.method as string;
  }
  get url(): string {
    const scheme = (this.request.socket as Partial<TLSSocket>).encrypted === true ? "https" : "http";
    return `${scheme}://${this.requestHeader.get("host") ?? "localhost"}${this.request.url}`;
  }
  get peer(): string | undefined {
    const { remoteAddress, remotePort } = this.request.socket;
    if (remoteAddress === undefined) return undefined;
    return `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
  }
  get requestHeader(): HeaderList {
    this.#requestHeader ??= new HeaderList(this.request.rawHeaders.slice());
    return this.#requestHeader;
  }
  get replyHeader(): HeaderList {
    this.#replyHeader ??= new HeaderList();
    return this.#replyHeader;
  }
  get replyTrailer(): HeaderList {
    this.#replyTrailer ??= new HeaderList();
    return this.#replyTrailer;
  }

  /** What the call has set on its reply so far: undefined when nothing. */
  get replyHeaderList(): string[] | undefined {
    return this.#replyHeader?.flat();
  }
  /** The request has not arrived as a whole. */
  get receiving(): boolean {
    return !this.request.complete;
  }
  /** A reply was sent, or has begun. */
  get replied(): boolean {
    return this.#replied;
  }
  /** The path variables of a hand-written route by their names. */
  get params(): Record<string, string> {
    const params: Record<string, string> = Object.create(null);
    this.route.variables.forEach((name, i) => {
      params[name] = this.values[i] as string;
    });
    return params;
  }
  get context(): CallContext {
    this.#context ??= new ServerContext({
      parent: parentOn(this.request.socket, this.core),
      timeoutMs: this.route.timeoutMs,
      transport: this,
      method: this.route.method,
    });
    return this.#context;
  }

  /** Runs the handler; `reply` writes what it gives. */
  run<Req, Res>(handler: Handler<Req, Res>, request: Req, reply: (call: HttpCall, value: Res) => void): void {
    const { context } = this;
    // The server's own context may be cancelled already.
    if (this.#replied) return;
    Promise.resolve(handler(request, context)).then(
      (value) => {
        try {
          reply(this, value);
        } catch (error) {
          this.fail(error);
        }
      },
      (error: unknown) => (this.#replied ? this.failedLate(error) : this.fail(error)),
    );
  }

  /** Sends the reply, unless there was one. */
  send(status: number, contentType: string, body: Uint8Array | string): void {
    if (this.#replied) return;
    if (this.claim()) this.#write({ status, contentType, body });
    this.end();
  }

  /** Sends an error as the reply, unless there was one. */
  fail(error: unknown): void {
    if (this.#replied) return;
    if (this.claim()) writeError(this, error);
    this.end();
  }

  /** Takes the one right to reply: false when it is taken, or nobody can be answered any more. */
  claim(): boolean {
    if (this.#replied) return false;
    this.#replied = true;
    // The limit is for the reply to begin: what streams afterwards may take its time.
    if (this.route.timeoutMs !== undefined) this.#context?.end();
    if (this.core.stopping) this.response.shouldKeepAlive = false;
    return !this.response.headersSent && !this.response.destroyed;
  }

  /** The reply is written: the call is over. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#context?.end();
    // One that is held has its connection to itself until that closes.
    if (!this.held) this.core.connections.end(this);
  }

  /** The caller is gone. */
  abandon(): void {
    if (this.upgraded) return;
    this.#abandoned = true;
    if (this.#context !== undefined) this.#context.cancel();
    else {
      this.claim();
      this.end();
    }
    this.endStream?.();
  }

  /** Its context was cancelled: who waits is answered at once, though the handler may still be running. */
  cancelled(reason: unknown): void {
    if (!this.#abandoned) this.fail(reason);
  }

  /** Cuts the call: it is answered with this error. */
  cut(error: KratosError): void {
    if (this.#context === undefined) this.fail(error);
    else this.#context.cancel(error);
  }

  #write(reply: Reply): void {
    try {
      writeReply(this, reply);
    } catch (error) {
      if (this.response.headersSent) this.response.destroy();
      else writeError(this, error);
    }
  }

  /** A handler has failed when its call was over. */
  failedLate(error: unknown): void {
    if (KratosError.find(error)?.code === 499) return;
    this.core.options.logger.warn("a handler failed after its call was answered", { operation: this.operation, error });
  }
}
