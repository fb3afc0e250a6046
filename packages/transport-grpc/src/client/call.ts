import {
  CallContext,
  type CancelListener,
  type Context,
  errorClientClosed,
  errorGatewayTimeout,
  KratosError,
} from "@kratos-ts/core";
import { malformed } from "../frame.ts";
import { formatTimeout } from "../grpc-timeout.ts";
import {
  type ClientSession,
  type ClientStream,
  type ClientStreamHandler,
  ResetCode,
  type StreamReset,
} from "../http2/carrier.ts";
import { appendMetadata, findHeader } from "../metadata.ts";
import type { ChannelCall } from "./channel.ts";
import type { ClientMethod } from "./client-method.ts";
import { headerError, resetError } from "./reply-error.ts";
import type { Route } from "./target.ts";
import { ClientTransporter } from "./transporter.ts";

// How often a call is sent again by itself where the server has not worked on it (gRFC A6).
const maxTransparentRetries = 3;
/** Messages from this size are compressed, where they are at all. */
export const compressMinBytes = 1024;

/** One call on the wire, of whatever kind: from its request until it is over, once. */
export abstract class ClientCall implements ClientStreamHandler, ChannelCall {
  protected readonly method: ClientMethod;
  protected readonly ctx: Context;
  protected readonly transporter: ClientTransporter;
  /** The one message of the request, framed, where there is only one. */
  protected body: Uint8Array | undefined;
  protected stream: ClientStream | undefined;
  protected headers: string[] | undefined;
  protected trailers: string[] | undefined;
  protected over = false;
  #onCancel: CancelListener | undefined;
  #metadata: readonly string[] | undefined;
  #route: Route | undefined;
  #retries = 0;
  #error: KratosError | undefined;

  constructor(method: ClientMethod, ctx: Context) {
    const { transport } = ctx;
    const { operation, settings } = method;
    this.method = method;
    this.ctx = ctx;
    this.transporter =
      transport instanceof ClientTransporter
        ? transport
        : new ClientTransporter({ operation, endpoint: settings.target.name, headers: undefined });
  }

  abstract onData(chunk: Uint8Array): void;
  abstract onEnd(): void;
  abstract onDrain(): void;
  /** The call has failed; called once, after its end. */
  protected abstract failed(error: KratosError): void;

  open(session: ClientSession): void {
    this.transporter.peer = session.peer;
    try {
      this.stream = session.open({ headers: this.#requestHeaders(), handler: this, body: this.body });
    } catch (error) {
      this.fail(unsendable(error));
    }
  }

  fail(error: KratosError): void {
    if (this.over) return;
    this.stream?.reset(ResetCode.CANCEL);
    this.end(error);
    this.failed(error);
  }

  onHeaders(headers: string[], end: boolean): void {
    this.headers = headers;
    if (end) this.trailers = headers;
    if (end && findHeader(headers, "grpc-status") !== undefined) return;
    const error = headerError(headers, this.transporter.endpoint);
    if (error !== undefined) this.fail(error);
  }

  onTrailers(trailers: string[]): void {
    this.trailers = trailers;
  }

  onReset(reset: StreamReset): void {
    if (this.over) return;
    this.stream = undefined;
    const again = reset.unprocessed && this.canStartAgain() && this.#retries++ < maxTransparentRetries;
    if (again) this.#route?.channel.start(this);
    else this.fail(resetError(reset, { endpoint: this.transporter.endpoint, deadline: this.ctx.deadline }));
  }

  /** Whether nothing is lost when the call is sent anew. */
  protected canStartAgain(): boolean {
    return this.headers === undefined;
  }

  /** Begins with what comes before the first byte; false when that was the end already. Throws a KratosError. */
  protected prepare(): boolean {
    this.#watch();
    if (this.over) return false;
    if (this.ctx.timeoutMs() === 0) throw deadlineExceeded();
    this.#metadata = metadataOf(this.transporter);
    return true;
  }

  /** Finds a connection, which `open` is called with. */
  protected dispatch(): void {
    if (this.over) return;
    const route = this.method.settings.target.pick(this.ctx);
    if (!(route instanceof Promise)) this.#take(route);
    else {
      route.then(
        (picked) => this.#take(picked),
        (error) => this.fail(KratosError.from(error)),
      );
    }
  }

  /** Throws a KratosError 400 for what is no message of the method. */
  protected encode(request: unknown): Uint8Array {
    try {
      return this.method.codec.encode(request);
    } catch (error) {
      const { typeName } = this.method.desc.input;
      const message = `the request can't be encoded as ${typeName}: ${textOf(error)}`;
      throw new KratosError({ code: 400, reason: "CODEC", message, cause: error });
    }
  }

  /** Throws a KratosError 500 for what is no reply of the method. */
  protected decode(reply: Uint8Array): unknown {
    try {
      return this.method.codec.decode(reply);
    } catch (error) {
      throw malformed(`the reply can't be decoded as ${this.method.desc.output.typeName}: ${textOf(error)}`);
    }
  }

  /** The call is over: well, or with this error. */
  protected end(error?: KratosError): void {
    this.over = true;
    this.#error = error;
    this.#unwatch();
    this.transporter.replied(this.headers, this.trailers);
    if (this.stream === undefined) this.#route?.channel.forget(this);
    this.#route?.done({ error: this.#error });
  }

  #take(route: Route): void {
    if (this.over) {
      // Cancelled while the route was looked for.
      route.done({ error: this.#error });
      return;
    }
    this.#route = route;
    this.transporter.endpoint = route.channel.address.name;
    route.channel.start(this);
  }

  #requestHeaders(): string[] {
    const { operation, contentType, settings } = this.method;
    const address = (this.#route as Route).channel.address;
    const leftMs = this.ctx.timeoutMs();
    if (leftMs === 0) throw deadlineExceeded();
    const headers = [
      ":method",
      "POST",
      ":scheme",
      address.secure ? "https" : "http",
      ":authority",
      settings.authority ?? address.authority,
      ":path",
      operation,
      "content-type",
      contentType,
      "te",
      "trailers",
      "user-agent",
      settings.userAgent,
      "grpc-timeout",
      leftMs === undefined ? "" : formatTimeout(leftMs),
    ];
    // In the list from the start, since a list that grows costs more than one that shrinks, and most calls have it.
    if (leftMs === undefined) headers.length -= 2;
    if (settings.acceptEncoding !== undefined) headers.push("grpc-accept-encoding", settings.acceptEncoding);
    // Of each message its flag says whether it is worth it; a server takes from this that its replies may be compressed.
    if (settings.gzip) headers.push("grpc-encoding", "gzip");
    if (this.#metadata !== undefined) appendMetadata(headers, this.#metadata);
    return headers;
  }

  #watch(): void {
    const onCancel = (reason: unknown): void => this.#cancel(reason);
    this.#onCancel = onCancel;
    const call = callOf(this.ctx);
    if (call !== undefined) call.onCancel(onCancel);
    else onAbort(this.ctx.signal, onCancel);
  }

  #unwatch(): void {
    if (this.#onCancel !== undefined) callOf(this.ctx)?.offCancel(this.#onCancel);
  }

  #cancel(reason: unknown): void {
    const error = cancelError(reason);
    const waiting = this.#route !== undefined && this.stream === undefined && this.headers === undefined;
    this.fail(waiting && error.code === 504 ? error.withCause(this.#route?.channel.trouble) : error);
  }
}

function metadataOf(transporter: ClientTransporter): readonly string[] | undefined {
  try {
    return transporter.metadata;
  } catch (error) {
    throw unsendable(error);
  }
}

// Though nobody has told us: the context that the deadline comes from may have ended before.
function deadlineExceeded(): KratosError {
  return errorGatewayTimeout("", "context deadline exceeded");
}

// Of headers that may not be sent, which node:http2 notices too.
function unsendable(error: unknown): KratosError {
  if (error instanceof KratosError) return error;
  return new KratosError({ code: 400, message: `the call can't be sent: ${textOf(error)}`, cause: error });
}

/** The call that a context belongs to, where it is one of core's. */
export function callOf(ctx: Context): CallContext | undefined {
  const { call } = ctx as { call?: unknown };
  return call instanceof CallContext ? call : undefined;
}

// A context of another kind tells by its signal.
function onAbort(signal: AbortSignal, listener: CancelListener): void {
  if (signal.aborted) listener(signal.reason);
  else signal.addEventListener("abort", () => listener(signal.reason), { once: true });
}

function cancelError(reason: unknown): KratosError {
  const error = KratosError.from(reason);
  if (error.code === 504 || error.code === 499) return error;
  return errorClientClosed("", "context canceled", { cause: reason });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
