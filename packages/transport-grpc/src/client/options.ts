import type { Middleware, Resolver } from "@kratos-ts/core";
import type { ClientTls } from "../http2/carrier.ts";
import type { Http2Name } from "../http2/carriers.ts";

/** How long to wait before connecting again: the gRPC connection back-off, https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md */
export interface BackoffOptions {
  /** After the first failure, in ms. Default 1000. */
  initialMs?: number | undefined;
  /** By how much each wait is longer than the one before. Default 1.6. */
  multiplier?: number | undefined;
  /** The longest wait, in ms. Default 120 000. */
  maxMs?: number | undefined;
  /** By what share a wait is randomly longer or shorter. Default 0.2. */
  jitter?: number | undefined;
  /** A number in [0, 1) for the jitter. Default `Math.random`. */
  random?: (() => number) | undefined;
}

/** PINGs that find dead connections; see https://github.com/grpc/grpc/blob/master/doc/keepalive.md */
export interface ClientKeepaliveOptions {
  /** Between two PINGs, in ms. Most servers refuse more than one in 5 minutes (300 000) unless told otherwise. */
  intervalMs: number;
  /** How long to wait for the answer before the connection counts as dead, in ms. Default 20 000. */
  timeoutMs?: number | undefined;
  /** Also while no call is in flight. Default false. */
  withoutCalls?: boolean | undefined;
}

export interface GrpcTransportOptions {
  /**
   * Whom to call: `grpc://host:port`, `grpcs://host:port` (TLS; `http` and `https` mean the same), `host:port` (TLS when
   * `tls` is given), `unix:/path`, or `discovery:///name`, which needs a `resolver`.
   */
  endpoint: string;
  /** Finds the nodes of `discovery:///name`: `createResolver` of @kratos-ts/selector. */
  resolver?: Resolver | undefined;
  /** Around every call, the first outermost. Default none. */
  middleware?: readonly Middleware[] | undefined;
  /** Limit of a unary call in ms, sent as `grpc-timeout`; a call's own `timeoutMs` wins over it. 0: none. Default 2000. */
  timeoutMs?: number | undefined;
  /** A stream without a message in either direction for so long ends with 504, in ms; 0: never. Default 0. */
  streamIdleTimeoutMs?: number | undefined;
  /** Certificates; `{}` for TLS with the well-known authorities. Default: TLS only where the endpoint's scheme says so. */
  tls?: ClientTls | undefined;
  /** How calls are encoded: `proto`, or `json` for `application/grpc+json`. Default `proto`. */
  codec?: "proto" | "json" | undefined;
  /** Compresses requests of 1 KiB and more, and asks for compressed replies. Default: none. */
  sendCompression?: "gzip" | undefined;
  /** Asks for compressed replies (`grpc-accept-encoding`), which are understood asked for or not. Default: as `sendCompression`. */
  acceptCompression?: "gzip" | undefined;
  /** The largest reply message in bytes; a larger one ends its call with 429. Default 4 MiB. */
  maxMessageBytes?: number | undefined;
  /** The largest header or trailer block of a reply in bytes. Default 16 KiB. */
  maxHeaderBytes?: number | undefined;
  /** What one stream may have under way before its reader takes it, in bytes (HTTP/2 flow control). Default 1 MiB. */
  streamWindowBytes?: number | undefined;
  /** The same for a connection, all of its streams together, in bytes. Default 4 MiB. */
  sessionWindowBytes?: number | undefined;
  /**
   * The most connections to one address. One more is opened when 100 calls are in flight on each, or as many as the
   * server takes. Default 2.
   */
  sessions?: number | undefined;
  /** Whose HTTP/2: this package's own, or that of `node:http2`, which is several times slower. Default `own`. */
  http2?: Http2Name | undefined;
  /** Limit of one attempt to connect, TLS and HTTP/2 handshake included, in ms. Default 20 000. */
  connectTimeoutMs?: number | undefined;
  /** How long to wait before connecting again after a failure. */
  backoff?: BackoffOptions | undefined;
  /** Calls wait while the server can't be reached, up to their deadline, instead of failing with 503. Default false. */
  waitForReady?: boolean | undefined;
  /** The most calls that wait for a connection or a free stream, per address; one more fails with 429. Default 1000. */
  maxQueuedCalls?: number | undefined;
  /** PINGs that find dead connections. Default: none. */
  keepalive?: ClientKeepaliveOptions | undefined;
  /** Connections without a call for so long are closed, in ms. 0: never. Default 1 800 000 (30 minutes). */
  idleTimeoutMs?: number | undefined;
  /** How long closing waits for calls in flight before it ends them with 499, in ms. Default 0. */
  closeGraceMs?: number | undefined;
  /** The `:authority` of calls. Default: host and port of the address, `localhost` for a unix socket. */
  authority?: string | undefined;
  /** Stands before the library's own name in `user-agent`. Default: none. */
  userAgent?: string | undefined;
}
