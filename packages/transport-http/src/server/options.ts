import type { TlsOptions } from "node:tls";
import { type Codec, type Logger, type Middleware, noopLogger } from "@kratos-ts/core";
import type { CertificateFileOptions } from "./certificate-files.ts";
import type { EnvelopeOptions } from "./envelope.ts";
import type { Filter } from "./filter.ts";
import { parseOrigins } from "./stream/allowed-origin.ts";

/** TLS of a server, with the names of node:tls: `cert`, `key`, `ca`, `requestCert`, `rejectUnauthorized`, … */
export type HttpServerTlsOptions = TlsOptions & CertificateFileOptions;

export interface HttpServerOptions {
  /** Where to listen: `host:port`, `:port`, `[v6]:port` or `unix:/path`. Default `:0`, any free port on all addresses. */
  address?: string | undefined;
  /** Runs around every service method and hand-written route, the first outermost. Default none. */
  middleware?: readonly Middleware[] | undefined;
  /** Connect-style `(req, res, next)`, such as those of `cors` and `helmet`; they run before routing. Default none. */
  filters?: readonly Filter[] | undefined;
  /** Limit of a call in ms, from its last byte to its reply; answered with 504. Default 1000; 0: none. */
  timeoutMs?: number | undefined;
  /**
   * How long a stream may be quiet, in ms, before a comment (Server-Sent Events) or a ping (WebSocket) is sent to keep
   * proxies from closing it; a WebSocket that leaves a ping unanswered for as long is ended. Default 15,000; 0: never.
   */
  streamKeepAliveMs?: number | undefined;
  /** How long a stream may go without a message in either direction, in ms; then it ends with 504. Default 0: for ever. */
  streamIdleTimeoutMs?: number | undefined;
  /**
   * The origins, such as `https://app.example.com`, whose pages may open WebSockets here, besides those of this very
   * host; `*`: all. Others get 403. Default none.
   */
  allowedOrigins?: readonly string[] | undefined;
  /** Whether WebSockets may compress messages (permessage-deflate): it costs memory for each of them. Default false. */
  webSocketCompression?: boolean | undefined;
  /** More codecs beside json, protojson, proto and x-www-form-urlencoded; one of the same name replaces it. Default none. */
  codecs?: readonly Codec[] | undefined;
  /**
   * Wraps the replies of service methods, and every error, as `{code, message, data}`: for front ends that are built on
   * that; Kratos clients don't read it. google.api.HttpBody, redirects and Responses stay as they are. Default false.
   */
  envelope?: boolean | EnvelopeOptions | undefined;
  /** Serves HTTPS. Default: cleartext. */
  tls?: HttpServerTlsOptions | undefined;
  /** For what no caller hears of. Default: nowhere. */
  logger?: Logger | undefined;
  /** What `endpoint()` gives, for servers behind a proxy. Default: from the address that it listens on. */
  endpoint?: string | undefined;
  /**
   * The path that answers 200 while calls are served and 503 from `drain()` on (readiness); the path under it,
   * `/healthz/live`, answers 200 as long as the process does (liveness). false: no such route. Default `/healthz`.
   */
  healthPath?: string | false | undefined;
  /** The largest request body in bytes; a larger one is answered with 413. Default 4 MiB. */
  maxBodyBytes?: number | undefined;
  /** The largest request line and headers in bytes; larger ones are answered with 431. Default 16 KiB. */
  maxHeaderBytes?: number | undefined;
  /** Limit in ms for a request's headers to arrive; answered with 408. Default 10,000; 0: none. */
  headersTimeoutMs?: number | undefined;
  /** Limit in ms for a whole request to arrive; answered with 408. Default 60,000; 0: none. */
  requestTimeoutMs?: number | undefined;
  /** How long a connection may be idle, in ms. Default 75,000, longer than usual proxies keep theirs; 0: for ever. */
  keepAliveTimeoutMs?: number | undefined;
  /** After so many requests a connection is closed. Default 0: never. */
  maxRequestsPerSocket?: number | undefined;
}

/** The options with their defaults. */
export type ResolvedOptions = Readonly<
  { [K in Exclude<keyof HttpServerOptions, Optional>]-?: Exclude<HttpServerOptions[K], undefined> } & {
    [K in Optional]: HttpServerOptions[K];
  }
>;

type Optional = "tls" | "endpoint";

export function resolveOptions(options: HttpServerOptions): ResolvedOptions {
  return {
    address: options.address ?? ":0",
    middleware: options.middleware ?? [],
    filters: options.filters ?? [],
    timeoutMs: atLeastZero("timeoutMs", options.timeoutMs ?? 1000),
    streamKeepAliveMs: atLeastZero("streamKeepAliveMs", options.streamKeepAliveMs ?? 15_000),
    streamIdleTimeoutMs: atLeastZero("streamIdleTimeoutMs", options.streamIdleTimeoutMs ?? 0),
    allowedOrigins: parseOrigins(options.allowedOrigins ?? []),
    webSocketCompression: options.webSocketCompression ?? false,
    codecs: options.codecs ?? [],
    envelope: options.envelope ?? false,
    tls: options.tls,
    logger: options.logger ?? noopLogger,
    endpoint: options.endpoint,
    healthPath: options.healthPath ?? "/healthz",
    maxBodyBytes: atLeastZero("maxBodyBytes", options.maxBodyBytes ?? 4 * 1024 * 1024),
    maxHeaderBytes: atLeastZero("maxHeaderBytes", options.maxHeaderBytes ?? 16 * 1024),
    headersTimeoutMs: atLeastZero("headersTimeoutMs", options.headersTimeoutMs ?? 10_000),
    requestTimeoutMs: atLeastZero("requestTimeoutMs", options.requestTimeoutMs ?? 60_000),
    keepAliveTimeoutMs: atLeastZero("keepAliveTimeoutMs", options.keepAliveTimeoutMs ?? 75_000),
    maxRequestsPerSocket: atLeastZero("maxRequestsPerSocket", options.maxRequestsPerSocket ?? 0),
  };
}

export function atLeastZero(name: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`option ${name} must be a number of at least 0, not ${value}`);
  return value;
}
