import { CallContext, type Context, KratosError } from "@kratos-ts/core";
import { parseTimeout } from "../grpc-timeout.ts";
import type { ServerSession, ServerStream, StreamHandler, StreamReset } from "../http2/carrier.ts";
import { appendMetadata } from "../metadata.ts";
import { appendStatus, type GrpcStatus, plainStatus, statusOf } from "../status.ts";
import type { KeptSession } from "./kept-session.ts";
import type { GrpcServerConfig } from "./options.ts";
import type { ContentType, RequestHead } from "./request-head.ts";
import { type Route, UnimplementedError } from "./route.ts";
import { ServerTransporter } from "./transporter.ts";

/** A streaming call that is open, native or not. */
export interface OpenStream {
  /** Whether it serves the server itself, as health and reflection do, and is not worth waiting for. */
  readonly internal: boolean;
  /** The server stops. */
  cut(): void;
}

/** What all calls of a server share. */
export interface CallHost {
  readonly config: GrpcServerConfig;
  readonly secure: boolean;
  /** What the server was started with: the parent of each call's context. */
  readonly context: Context | undefined;
  /** The streaming calls that are open. */
  readonly streams: Set<OpenStream>;
  /** Where the server can be called. */
  endpoint(): string;
  /** What watches a connection; undefined when that has gone. */
  keptSession(session: ServerSession): KeptSession | undefined;
}

/** What a call is made of. */
export interface CallInit {
  readonly host: CallHost;
  readonly stream: ServerStream;
  /** The parent of its context. */
  readonly context: Context | undefined;
  readonly route: Route;
  readonly head: RequestHead;
  readonly contentType: ContentType;
  /** The server's own limit in ms; undefined for none. */
  readonly timeoutMs: number | undefined;
}

/**
 * A call being served, of whatever kind: its context, its deadline, its end. It ends once: by `succeed`, `fail` or
 * `refuse`, because its context was cancelled, or because the caller is gone; what comes later is ignored.
 */
export abstract class ServerCall implements StreamHandler {
  protected readonly init: CallInit;
  protected readonly transporter: ServerTransporter;
  protected readonly ctx: CallContext;
  protected over = false;

  constructor(init: CallInit) {
    this.init = init;
    this.transporter = new ServerTransporter(init);
    this.ctx = new CallContext({
      parent: init.context,
      timeoutMs: shorter(init.timeoutMs, init.head.timeout),
      transport: this.transporter,
      method: init.route.method,
    });
  }

  /** Begins, once it is made; `end` when no body comes. */
  begin(end: boolean): void {
    this.ctx.onCancel((reason) => this.#cancelled(reason));
    if (end) this.onEnd();
  }

  abstract onData(chunk: Uint8Array): void;
  abstract onEnd(): void;
  abstract onDrain(): void;

  onReset(_reset: StreamReset): void {
    if (this.over) return;
    this.over = true;
    this.ctx.cancel();
  }

  /** Ends the call with the error that its handler threw. */
  protected fail(thrown: unknown): void {
    this.end(thrown instanceof UnimplementedError ? plainStatus(thrown) : statusOf(thrown));
  }

  /** Ends the call with an error of the transport itself. */
  protected refuse(error: KratosError): void {
    this.end(plainStatus(error));
  }

  /** The header block that begins a reply which goes on. */
  protected replyHeaders(gzip = false): readonly string[] {
    const { contentType } = this.init;
    const begin = gzip ? contentType.gzipHeaders : contentType.headers;
    const metadata = this.transporter.replyMetadata;
    if (metadata === undefined) return begin;
    const headers = [...begin];
    appendMetadata(headers, metadata);
    return headers;
  }

  /** The trailers of a call that went well. */
  protected okTrailers(): readonly string[] {
    const metadata = this.transporter.trailerMetadata;
    if (metadata === undefined) return okTrailers;
    const trailers = [...okTrailers];
    appendMetadata(trailers, metadata);
    return trailers;
  }

  private end(status: GrpcStatus): void {
    if (this.over) return;
    this.over = true;
    this.ctx.end();
    const trailers: string[] = [];
    appendStatus(trailers, status);
    appendMetadata(trailers, this.transporter.trailerMetadata ?? []);
    appendMetadata(trailers, [...(status.metadata ?? [])].flat());
    this.sendError(trailers);
  }

  /** Trailers-only, unless middleware has set headers, which are to arrive as initial metadata. */
  protected sendError(trailers: string[]): void {
    const { stream, contentType } = this.init;
    if (this.transporter.replyMetadata === undefined) stream.headersOnly([...contentType.headers, ...trailers]);
    else {
      stream.headers(this.replyHeaders());
      stream.trailers(trailers);
    }
  }

  // The deadline has passed, or the server is to end what it does: the caller hears of it at once, while the handler
  // may still be running.
  #cancelled(reason: unknown): void {
    this.refuse(KratosError.from(reason));
  }
}

const okTrailers: readonly string[] = Object.freeze(["grpc-status", "0"]);

function shorter(limit: number | undefined, timeout: string | undefined): number | undefined {
  if (timeout === undefined) return limit;
  const asked = parseTimeout(timeout);
  return limit === undefined || asked < limit ? asked : limit;
}
