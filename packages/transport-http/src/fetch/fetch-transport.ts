import type { Transport } from "@connectrpc/connect";
import type { Codec, Middleware } from "@kratos-ts/core";
import { Caller, type Carrier, type CarrierSettings } from "../client/caller.ts";
import { FetchCarrier } from "./fetch-carrier.ts";
import { createFetchCodecs } from "./fetch-codecs.ts";

export interface FetchTransportOptions {
  /** `https://host:port`, with a path where the services stand below one; in a page also a path of its own origin. */
  endpoint: string;
  /** Run for every call, the first outermost. Default none. */
  middleware?: readonly Middleware[] | undefined;
  /** The limit of a unary call in ms; a call's own `timeoutMs` takes its place. 0: none. Default 2000. */
  timeoutMs?: number | undefined;
  /** How long a stream may go without a message in either direction, in ms; then it fails with 504. Default 0: for ever. */
  streamIdleTimeoutMs?: number | undefined;
  /**
   * The codec, by name, of requests and of the replies that are asked for: `json`, `protojson`, `proto` or one of
   * `codecs`. Default: `protojson`, and `json` for servers that answer that they don't know it, as Kratos v2 does.
   * WebSockets carry `protojson` whatever it says, since no header can name another.
   */
  codec?: string | undefined;
  /** More codecs, or others in the place of those built in. Default none. */
  codecs?: readonly Codec[] | undefined;
  /** The largest body of a reply, or message of a stream, in bytes. Default 4 MiB. */
  maxBodyBytes?: number | undefined;
  /** Whether cookies go with the calls, as in `fetch`. Default: that of `fetch`. */
  credentials?: RequestCredentials | undefined;
  /** Default: the runtime's own. */
  fetch?: typeof fetch | undefined;
  /**
   * Opens a WebSocket for a client-streaming or bidirectional call. Default: the runtime's own, which can't send
   * headers: a call that has some fails with 400.
   */
  openWebSocket?: ((url: string, headers: Headers) => WebSocket) | undefined;
}

/**
 * The HTTP client for browsers, Deno, Bun and edge runtimes: the same calls, errors, codecs and middleware as
 * `createHttpTransport` of the package's main entry, over `fetch` and `WebSocket`. Disposing of it fails calls that are
 * still running.
 *
 * Beyond what the runtime lets a page do: a request that is sent by GET can have no body (400), redirects are errors
 * without their address, trailers do not arrive, and a WebSocket that can't be opened says nothing of why (503). A
 * reader of a WebSocket that is slower than its server fails with 429 when too much waits for it.
 *
 * Throws an Error when an option is wrong.
 */
export function createHttpTransport(options: FetchTransportOptions): Transport & AsyncDisposable {
  const codecs = createFetchCodecs(options.codecs);
  const carrier = (settings: CarrierSettings): Carrier => new FetchCarrier(options, settings);
  return new Caller({ options, codecs, userAgent: undefined, carrier });
}
