/**
 * What the gRPC server and client need of HTTP/2, and all they know of it: behind it is this package's own HTTP/2 (own/)
 * or that of `node:http2` (node-server.ts, node-client.ts). Events come as calls of one handler object for each stream
 * and session. Header lists are flat, `[name, value, name, value, …]`, names in lower case, pseudo-headers first; whoever
 * is given a list owns it, so a list that is kept and sent again must be copied or frozen by its owner.
 *
 * Nothing here throws for what a peer or a socket does: that arrives at a handler.
 */

import type { Socket } from "node:net";

export type RawHeaders = readonly string[];

/** The error codes of RFC 9113 §7 that gRPC gives or gets a meaning (gRPC over HTTP/2, "Errors"). */
export const ResetCode = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
} as const;

/** Why a stream ended before its time. */
export interface StreamReset {
  /** The code of the RST_STREAM frame; CANCEL when the session was lost. */
  readonly code: number;
  /** The other side never worked on the stream (REFUSED_STREAM, or beyond a GOAWAY): to send it again is safe. */
  readonly unprocessed: boolean;
  /** What happened to the session, where that is why. */
  readonly cause?: unknown;
}

/** What a stream tells whoever runs its call. After `onReset`, or `onEnd` on both sides, nothing more comes. */
export interface StreamHandler {
  /** Part of the body; the chunk may be a view on a larger buffer that is not used again. */
  onData(chunk: Uint8Array): void;
  /** The other side has sent everything: its END_STREAM. Not after a reset. */
  onEnd(): void;
  /** There is room again, after `data` had answered false. */
  onDrain(): void;
  /** The stream ended before its time: reset by the other side, or its session is gone. At most once. */
  onReset(reset: StreamReset): void;
}

/** What a client's stream tells as well. */
export interface ClientStreamHandler extends StreamHandler {
  /** The reply's header block; `end` when it is the whole reply (trailers-only). 1xx blocks are not told. */
  onHeaders(headers: string[], end: boolean): void;
  /** The trailer block; `onEnd` follows. */
  onTrailers(trailers: string[]): void;
}

/** One stream, either side. Once it has ended or was reset, every operation does nothing. */
export interface CarrierStream {
  /** Sends bytes. False when more are queued than is good: go on after `onDrain`. */
  data(bytes: Uint8Array): boolean;
  /** Ends the stream with RST_STREAM; no event follows. */
  reset(code: number): void;
  /** Takes no more bytes, so that the flow-control window closes on the sender; what was on its way may still come. */
  pause(): void;
  /** Takes bytes again. */
  resume(): void;
}

/** A stream that a server answers. */
export interface ServerStream extends CarrierStream {
  readonly session: ServerSession;
  /** Sends the header block (`:status` first) of a reply that goes on with `data` and `trailers`. */
  headers(headers: RawHeaders): void;
  /** Ends the reply with this trailer block, or with none when it is empty. `headers` must have been sent. */
  trailers(trailers: RawHeaders): void;
  /** The whole reply in one header block, END_STREAM with it: gRPC's trailers-only, or a plain HTTP refusal. */
  headersOnly(headers: RawHeaders): void;
  /** The whole unary reply at once, so that a carrier can put it in one write. `body` is framed already. */
  unary(reply: UnaryReply): void;
}

export interface UnaryReply {
  readonly headers: RawHeaders;
  readonly body: Uint8Array;
  readonly trailers: RawHeaders;
}

/** A stream that a client opened. */
export interface ClientStream extends CarrierStream {
  /** The client has sent everything: END_STREAM, in an empty DATA frame when there was none before. */
  end(): void;
}

/** One connection, either side. */
export interface CarrierSession {
  /** The other side's address, `host:port`; undefined for a unix socket. */
  readonly peer: string | undefined;
  /** Streams that are open now. */
  readonly openStreams: number;
  /** GOAWAY: takes no new streams, those that are open go on, and the connection ends with the last of them. */
  drain(): void;
  /** Ends the connection at once, all streams with it. */
  destroy(cause?: unknown): void;
  /** Sends a PING; `onPong` answers. False when it can't be sent (too many are unanswered). */
  ping(): boolean;
}

/** A connection of a server. */
export interface ServerSession extends CarrierSession {
  /** What it runs on, after TLS. */
  readonly socket: Socket;
  /** GOAWAY with a code that says what the other side did wrong; `destroy` is to follow. */
  goaway(code: number, debug: string): void;
}

/** A connection of a client. */
export interface ClientSession extends CarrierSession {
  /** Whether a stream can be opened now: connected, no GOAWAY, below the server's limit of streams. */
  readonly ready: boolean;
  /**
   * Opens a stream with this header block (`:method`, `:scheme`, `:path`, `:authority` first). With `body` (framed
   * already) it is the whole unary request: headers, one message, END_STREAM, for a carrier to put in one write.
   */
  open(request: OpenRequest): ClientStream;
  /** Whether this connection keeps the process alive; it does until told otherwise. */
  hold(alive: boolean): void;
}

export interface OpenRequest {
  readonly headers: RawHeaders;
  readonly handler: ClientStreamHandler;
  readonly body?: Uint8Array | undefined;
}

/** What a session tells. */
export interface SessionHandler {
  /** The answer to `ping`. */
  onPong(): void;
  /** The other side sent a PING, which the carrier has answered. */
  onPing?(): void;
  /** The connection is gone, after all its streams; `cause` when it did not end in good order. Once. */
  onClose(cause: unknown): void;
}

/** What a client's session tells as well. */
export interface ClientSessionHandler extends SessionHandler {
  /** Connected, with the server's SETTINGS. */
  onConnect(): void;
  /** GOAWAY: no new streams here. Streams that the server won't process are reset, with `unprocessed`. */
  onGoaway(code: number): void;
  /** A stream has ended, so that one more may be open. */
  onCapacity(): void;
}

/** Limits and windows of a server's connections, all of them set. */
export interface ServerLimits {
  /** SETTINGS_MAX_HEADER_LIST_SIZE: bytes of one header block as RFC 9113 §6.5.2 counts them. */
  readonly maxHeaderBytes: number;
  readonly maxConcurrentStreams: number;
  /** Flow-control window of one stream, in bytes. */
  readonly streamWindowBytes: number;
  /** Flow-control window of a connection, in bytes. */
  readonly sessionWindowBytes: number;
}

/** Where a carrier listens: a TCP host and port, or the path of a unix socket. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** Certificates and checks, with the names and meaning that node:tls gives them. */
export interface ServerTls {
  cert?: string | Uint8Array | undefined;
  key?: string | Uint8Array | undefined;
  /** Password of an encrypted `key`. */
  passphrase?: string | undefined;
  /** Who signs the clients' certificates. Default: the well-known authorities. */
  ca?: string | Uint8Array | Array<string | Uint8Array> | undefined;
  /** Ask clients for a certificate (mutual TLS). Default false. */
  requestCert?: boolean | undefined;
  /** With `requestCert`: refuse those without a valid one. Default true. */
  rejectUnauthorized?: boolean | undefined;
  /** `TLSv1.2` or `TLSv1.3`, the lowest version taken. Default `TLSv1.2`, as RFC 9113 §9.2 asks. */
  minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
}

/** What a server's carrier tells. */
export interface ServerHandler {
  /** A connection; what it returns hears of it. */
  onSession(session: ServerSession): SessionHandler;
  /** A request's header block; what it returns hears of the stream. `end`: no body comes. */
  onStream(stream: ServerStream, headers: string[], end: boolean): StreamHandler;
  /** A connection that broke or was refused before it had a stream (TLS handshake, garbage): for the log. */
  onRefused(cause: unknown): void;
  /** The carrier can't accept connections any more. */
  onFailure(cause: unknown): void;
}

export interface ServerCarrierOptions {
  readonly handler: ServerHandler;
  readonly limits: ServerLimits;
  readonly tls?: ServerTls | undefined;
  /** Is given the connections that speak HTTP/1.1. Default: they are refused. */
  readonly onHttp1?: ((socket: Socket) => void) | undefined;
}

/** A listening socket that speaks HTTP/2. */
export interface ServerCarrier {
  /** Resolves with the address once connections are accepted (the port that was chosen for port 0). */
  listen(address: ListenAddress): Promise<ListenAddress>;
  /** Takes a connection of HTTP/2 that somebody else has accepted, TLS done; its end is for its session to bring about. */
  accept(socket: Socket): void;
  /** Has new connections use these certificates. Throws what node:tls throws. */
  renew(tls: ServerTls): void;
  /** Accepts no more connections; those that are open go on. Resolves when the socket is free. */
  close(): Promise<void>;
  /** Cuts every connection, those that are still shaking hands too. */
  destroy(): void;
}

/** Makes the carrier of a server. */
export type ServerCarrierFactory = (options: ServerCarrierOptions) => ServerCarrier;

/** Certificates and checks of a client, with the names and meaning that node:tls gives them. */
export interface ClientTls {
  /** Who signs the server's certificate. Default: the well-known authorities. */
  ca?: string | Uint8Array | Array<string | Uint8Array> | undefined;
  /** The client's own certificate (mutual TLS), with its `key`. Default none. */
  cert?: string | Uint8Array | undefined;
  key?: string | Uint8Array | undefined;
  /** Password of an encrypted `key`. */
  passphrase?: string | undefined;
  /** The name that the server's certificate must bear (SNI). Default: the host of the endpoint. */
  servername?: string | undefined;
  /** Refuse a server whose certificate is not valid. Default true; false is for tests only. */
  rejectUnauthorized?: boolean | undefined;
  /** `TLSv1.2` or `TLSv1.3`, the lowest version taken. Default `TLSv1.2`, as RFC 9113 §9.2 asks. */
  minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
}

/** Limits and windows of a client's connections, all of them set. */
export interface ClientLimits {
  /** SETTINGS_MAX_HEADER_LIST_SIZE: bytes of one header block as RFC 9113 §6.5.2 counts them. */
  readonly maxHeaderBytes: number;
  /** Flow-control window of one stream, in bytes. */
  readonly streamWindowBytes: number;
  /** Flow-control window of a connection, in bytes. */
  readonly sessionWindowBytes: number;
}

export interface ClientCarrierOptions {
  readonly address: ListenAddress;
  readonly handler: ClientSessionHandler;
  readonly limits: ClientLimits;
  readonly tls?: ClientTls | undefined;
}

/** Begins to connect; how it goes is told to the handler, never before this has returned. */
export type ClientCarrierFactory = (options: ClientCarrierOptions) => ClientSession;
