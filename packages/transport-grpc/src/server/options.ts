import { type Logger, type Middleware, noopLogger } from "@kratos-ts/core";
import type { ServerCarrierFactory, ServerLimits, ServerTls } from "../http2/carrier.ts";
import { carriersOf, type Http2Name } from "../http2/carriers.ts";
import { minWindowBytes, atLeast as numberAtLeast } from "../limit.ts";
import type { CertificateFileOptions } from "./certificate-files.ts";
import type { CorsOptions } from "./web/cors.ts";

export interface GrpcServerOptions {
  /** Where to listen: `host:port`, `:9000` (every address of the machine) or `unix:/path`. Default `:0`, a free port. */
  address?: string | undefined;
  /** Runs around each call, the first outermost. Default none. */
  middleware?: readonly Middleware[] | undefined;
  /** The longest a unary call may take, in ms; 0 is no limit. The caller's `grpc-timeout` wins when it is shorter. Default 1000. */
  timeoutMs?: number | undefined;
  /** A stream without a message in either direction for so long ends with DEADLINE_EXCEEDED, in ms; 0 is never. Default 0. */
  streamIdleTimeoutMs?: number | undefined;
  /** Certificate and key, with the names of node:tls, or the files that hold them. Default: cleartext HTTP/2 (h2c). */
  tls?: GrpcServerTlsOptions | undefined;
  /** Hears what no caller does, such as connections that break. Default: nothing is logged. */
  logger?: Logger | undefined;
  /** What `endpoint()` answers, where callers reach the server by another URL than the one it listens on. */
  endpoint?: string | undefined;
  /** The largest request message, in bytes, compressed or not. Default 4 MiB. */
  maxMessageBytes?: number | undefined;
  /** The largest header block of a request, in bytes as RFC 9113 counts them (32 for each field). Default 16 KiB. */
  maxHeaderBytes?: number | undefined;
  /** Calls that one connection may have in flight. Default 1000. */
  maxConcurrentStreams?: number | undefined;
  /** What one stream may have under way before its reader takes it, in bytes (HTTP/2 flow control). Default 1 MiB. */
  streamWindowBytes?: number | undefined;
  /** The same for a connection, all of its streams together, in bytes. Default 4 MiB. */
  sessionWindowBytes?: number | undefined;
  /** Replies from this size are compressed for callers that compress their requests with gzip, in bytes. Default 1024. */
  compressMinBytes?: number | undefined;
  /** How connections are watched and aged. */
  keepalive?: KeepaliveOptions | undefined;
  /** Whose HTTP/2: this package's own, or that of `node:http2`, which is several times slower. Default `own`. */
  http2?: Http2Name | undefined;
  /**
   * Serves gRPC-Web and Connect as well, for the same services, over HTTP/2 and HTTP/1.1. They are loaded with the first
   * request of them. Default true.
   */
  web?: boolean | undefined;
  /** Lets pages of other origins call over gRPC-Web and Connect. Default: the answers name no origin. */
  cors?: CorsOptions | undefined;
  /** Serves `grpc.health.v1.Health`, which middleware does not see. Default true. */
  health?: boolean | undefined;
  /** Serves `grpc.reflection.v1` and `v1alpha`, through the middleware as any service. Default true. */
  reflection?: boolean | undefined;
}

/** TLS of a server: `cert`, `key`, `ca`, `requestCert`, … of node:tls, or `certFile`, `keyFile`, `caFile`. */
export interface GrpcServerTlsOptions extends ServerTls, CertificateFileOptions {}

export type { CorsOptions } from "./web/cors.ts";

/** How a server watches its connections; times are in ms, and 0 switches the thing off. */
export interface KeepaliveOptions {
  /** A connection on which nothing happens for so long is sent a PING. Default 60 000. */
  intervalMs?: number | undefined;
  /** A connection that does not answer its PING within this time is cut. Default 20 000. */
  timeoutMs?: number | undefined;
  /** A client may not send PINGs more often than this while it gets no replies; the third one cuts it. Default 5000. */
  minClientPingIntervalMs?: number | undefined;
  /** A connection without calls for so long is told to go. Default 0, never. */
  maxConnectionIdleMs?: number | undefined;
  /** A connection of this age is told to go, so that callers spread anew; up to a tenth is added or taken off. Default 0, never. */
  maxConnectionAgeMs?: number | undefined;
  /** How long the calls of a connection that was told to go for its age may still take. Default 0, as long as they do. */
  maxConnectionAgeGraceMs?: number | undefined;
}

export type Keepalive = { readonly [K in keyof KeepaliveOptions]-?: number };

/** The options with their defaults filled in. */
export interface GrpcServerConfig {
  readonly address: string;
  readonly middleware: readonly Middleware[];
  readonly timeoutMs: number;
  readonly streamIdleTimeoutMs: number;
  readonly tls: GrpcServerTlsOptions | undefined;
  readonly logger: Logger;
  readonly endpoint: string | undefined;
  readonly maxMessageBytes: number;
  readonly compressMinBytes: number;
  readonly limits: ServerLimits;
  readonly keepalive: Keepalive;
  readonly serve: ServerCarrierFactory;
  readonly web: boolean;
  readonly cors: CorsOptions | undefined;
  readonly health: boolean;
  readonly reflection: boolean;
}

const mebibyte = 1024 * 1024;

/** Fills in the defaults; throws a `RangeError` for a limit that is no number in its range. */
export function configOf(options: GrpcServerOptions): GrpcServerConfig {
  const { keepalive = {} } = options;
  return {
    address: options.address ?? ":0",
    middleware: options.middleware ?? [],
    timeoutMs: atLeast(0, { timeoutMs: options.timeoutMs ?? 1_000 }),
    streamIdleTimeoutMs: atLeast(0, { streamIdleTimeoutMs: options.streamIdleTimeoutMs ?? 0 }),
    tls: options.tls,
    logger: options.logger ?? noopLogger,
    endpoint: options.endpoint,
    maxMessageBytes: atLeast(1, { maxMessageBytes: options.maxMessageBytes ?? 4 * mebibyte }),
    compressMinBytes: atLeast(0, { compressMinBytes: options.compressMinBytes ?? 1024 }),
    limits: {
      maxHeaderBytes: atLeast(1024, { maxHeaderBytes: options.maxHeaderBytes ?? 16 * 1024 }),
      maxConcurrentStreams: atLeast(1, { maxConcurrentStreams: options.maxConcurrentStreams ?? 1_000 }),
      streamWindowBytes: atLeast(minWindowBytes, { streamWindowBytes: options.streamWindowBytes ?? mebibyte }),
      sessionWindowBytes: atLeast(minWindowBytes, { sessionWindowBytes: options.sessionWindowBytes ?? 4 * mebibyte }),
    },
    keepalive: {
      intervalMs: atLeast(0, { intervalMs: keepalive.intervalMs ?? 60_000 }),
      timeoutMs: atLeast(0, { timeoutMs: keepalive.timeoutMs ?? 20_000 }),
      minClientPingIntervalMs: atLeast(0, { minClientPingIntervalMs: keepalive.minClientPingIntervalMs ?? 5_000 }),
      maxConnectionIdleMs: atLeast(0, { maxConnectionIdleMs: keepalive.maxConnectionIdleMs ?? 0 }),
      maxConnectionAgeMs: atLeast(0, { maxConnectionAgeMs: keepalive.maxConnectionAgeMs ?? 0 }),
      maxConnectionAgeGraceMs: atLeast(0, { maxConnectionAgeGraceMs: keepalive.maxConnectionAgeGraceMs ?? 0 }),
    },
    serve: carriersOf(options.http2 ?? "own", "createGrpcServer").serve,
    web: options.web ?? true,
    cors: options.cors,
    health: options.health ?? true,
    reflection: options.reflection ?? true,
  };
}

function atLeast(least: number, named: Readonly<Record<string, number>>): number {
  return numberAtLeast(least, named, "createGrpcServer");
}
