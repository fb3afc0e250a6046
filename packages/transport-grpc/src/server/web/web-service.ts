import { createContextValues } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { Context } from "@kratos-ts/core";
import type { CallHost } from "../call.ts";
import type { Route } from "../route.ts";
import { type CorsOptions, corsHeaders, isPreflight } from "./cors.ts";
import { createHandlers } from "./handlers.ts";
import type { ExchangeReply } from "./http2-exchange.ts";
import { WebCall, webCallKey } from "./web-call.ts";
import type { WebRequest } from "./web-transporter.ts";

/** A request with its body, and the way back, whichever HTTP it came by. */
export interface Exchange {
  readonly body: AsyncIterable<Uint8Array>;
  readonly gone: boolean;
  onGone(listener: () => void): void;
  reply(reply: ExchangeReply): Promise<void>;
  abort(): void;
}

export interface WebServiceInit {
  readonly host: CallHost;
  readonly routes: ReadonlyMap<string, Route>;
  /** The server's own limit in ms for unary calls; undefined for none. */
  readonly timeoutMs: number | undefined;
  /** Default: browsers may call from the server's own origin alone. */
  readonly cors?: CorsOptions | undefined;
}

export interface WebArrival {
  readonly request: WebRequest;
  readonly exchange: Exchange;
  /** The parent of its context. */
  readonly context: Context | undefined;
}

/** Serves the calls that come over gRPC-Web and Connect. */
export class WebService {
  readonly #init: WebServiceInit;
  readonly #handlers: ReadonlyMap<string, UniversalHandler>;

  constructor(init: WebServiceInit) {
    this.#init = init;
    this.#handlers = createHandlers(init.routes.values(), init.host.config);
  }

  /** Answers a call of a route that exists. Never rejects. */
  async serve(arrival: WebArrival): Promise<void> {
    const { request, exchange, context } = arrival;
    const { cors } = this.#init;
    const replyHeaders = cors === undefined ? [] : corsHeaders(cors, request);
    if (isPreflight(request)) {
      await exchange.reply({ status: 204, headers: replyHeaders });
      return;
    }
    const route = this.#init.routes.get(request.operation) as Route;
    const handler = this.#handlers.get(request.operation) as UniversalHandler;
    const { host } = this.#init;
    const timeoutMs = route.streams ? undefined : this.#init.timeoutMs;
    const call = new WebCall({ host, route, request, context, timeoutMs });
    const left = new AbortController();
    exchange.onGone(() => {
      left.abort();
      call.abandon();
    });
    try {
      const response = await handler({
        // Of HTTP/1.1 Connect refuses streams both ways, which go well as long as the client sends before it reads.
        httpVersion: "2.0",
        method: request.method,
        url: request.url,
        header: headersOf(request.headers),
        body: call.body(exchange.body),
        signal: left.signal,
        contextValues: createContextValues().set(webCallKey, call),
      });
      await exchange.reply(replyOf(response, replyHeaders));
    } catch (error) {
      host.config.logger.warn("a call failed outside of its handler", { operation: request.operation, error });
      exchange.abort();
    } finally {
      call.end();
    }
  }
}

function headersOf(list: readonly string[]): Headers {
  const headers = new Headers();
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    if (!name.startsWith(":")) headers.append(name, list[i + 1] as string);
  }
  return headers;
}

function replyOf({ status, header, body, trailer }: UniversalServerResponse, more: readonly string[]): ExchangeReply {
  return {
    status,
    headers: [...flat(header), ...more],
    body,
    trailers: trailer === undefined ? undefined : () => flat(trailer),
  };
}

function flat(headers: Headers | undefined): string[] {
  return headers === undefined ? [] : [...headers].flat();
}
