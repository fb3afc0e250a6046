import type { SecureContextOptions } from "node:tls";
import type { Transport } from "@connectrpc/connect";
import type { Codec, Middleware, Resolver } from "@kratos-ts/core";
import { createCodecRegistry } from "../codec/codec-registry.ts";
import { Caller, type Carrier, type CarrierSettings } from "./caller.ts";
import { userAgentOf, WireCarrier } from "./wire-carrier.ts";

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
  /** After so many ms without hearing anything a WebSocket is asked whether it is there still; 0: never. Default 15,000. */
  streamKeepAliveMs?: number | undefined;
  /** How long a stream may go without a message in either direction, in ms; then it fails with 504. Default 0: for ever. */
  streamIdleTimeoutMs?: number | undefined;
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
  /** The largest head of a reply, that is status line and headers, in bytes. Default 16 KiB. */
  maxHeaderBytes?: number | undefined;
  /** The limit for making a connection, in ms. Default 5000. */
  connectTimeoutMs?: number | undefined;
  /** How long a connection is kept without a call, in ms, unless the server says less. Default 30 000. */
  idleTimeoutMs?: number | undefined;
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
 * The replies of a server-streaming method come as Server-Sent Events; client-streaming and bidirectional ones are called
 * on a WebSocket, which opens with the first message where the path has values of it.
 *
 * Calls fail with a KratosError: the one that the server threw; 503 when there is no connection or it broke; 504 after
 * the deadline; 499 when cancelled; 500 when the reply can't be read; 400 `CODEC` when the request can't be written;
 * 429 beyond `maxBodyBytes` or `maxQueuedCalls`; 501 for streaming methods without a rule. Redirects are not followed: each is an
 * error with its 3xx code. A request is sent again only when it did no work: once, when its method is idempotent and
 * the server had closed the idle connection that it was sent on (RFC 9112 §9.3.1), and when the server refused the
 * content type or a long query.
 *
 * Throws an Error when an option is wrong.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport & AsyncDisposable {
  const codecs = createCodecRegistry(options.codecs);
  const carrier = (settings: CarrierSettings): Carrier => new WireCarrier(options, settings);
  return new Caller({ options, codecs, userAgent: userAgentOf(options), carrier });
}
