import {
  CallContext,
  type CancelListener,
  type Context,
  errorClientClosed,
  errorGatewayTimeout,
  KratosError,
} from "@kratos-ts/core";
import { decompress, gzip } from "../compression.ts";
import { frame, malformed } from "../frame.ts";
import { formatTimeout } from "../grpc-timeout.ts";
import {
  type ClientSession,
  type ClientStream,
  type ClientStreamHandler,
  ResetCode,
  type StreamReset,
} from "../http2/carrier.ts";
import { appendMetadata, findHeader } from "../metadata.ts";
import { errorOf } from "../status.ts";
import { UnaryBody } from "../unary-body.ts";
import type { ChannelCall } from "./channel.ts";
import { headerError, resetError } from "./reply-error.ts";
import type { Route } from "./target.ts";
import { ClientTransporter } from "./transporter.ts";
import type { UnaryMethod } from "./unary-method.ts";

// How often a call is sent again by itself where the server has not worked on it (gRFC A6).
const maxTransparentRetries = 3;
const compressMinBytes = 1024;

/** One unary call on the wire: from the request message to the reply message or a KratosError. */
export class UnaryCall implements ClientStreamHandler, ChannelCall {
  readonly #method: UnaryMethod;
  readonly #ctx: Context;
  readonly #transporter: ClientTransporter;
  readonly #reply: UnaryBody;
  #resolve!: (reply: unknown) => void;
  #reject!: (error: KratosError) => void;
  #onCancel: CancelListener | undefined;
  #metadata: readonly string[] | undefined;
  #body: Uint8Array | undefined;
  #compressed = false;
  #route: Route | undefined;
  #stream: ClientStream | undefined;
  #headers: string[] | undefined;
  #trailers: string[] | undefined;
  #retries = 0;
  #error: KratosError | undefined;
  #over = false;

  constructor(method: UnaryMethod, ctx: Context) {
    const { transport } = ctx;
    const { operation, settings } = method;
    this.#method = method;
    this.#ctx = ctx;
    this.#transporter =
      transport instanceof ClientTransporter
        ? transport
        : new ClientTransporter({ operation, endpoint: settings.target.name, headers: undefined });
    this.#reply = new UnaryBody(settings.maxMessageBytes);
  }

  run(request: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      try {
        this.#begin(request);
      } catch (error) {
        this.fail(KratosError.from(error));
      }
    });
  }

  open(session: ClientSession): void {
    this.#transporter.peer = session.peer;
    try {
      this.#stream = session.open({ headers: this.#requestHeaders(), handler: this, body: this.#body });
    } catch (error) {
      this.fail(unsendable(error));
    }
  }

  fail(error: KratosError): void {
    if (this.#over) return;
    this.#error = error;
    this.#stream?.reset(ResetCode.CANCEL);
    this.#end();
    this.#reject(error);
  }

  onHeaders(headers: string[], end: boolean): void {
    this.#headers = headers;
    if (end) this.#trailers = headers;
    if (end && findHeader(headers, "grpc-status") !== undefined) return;
    const error = headerError(headers, this.#transporter.endpoint);
    if (error !== undefined) this.fail(error);
  }

  onData(chunk: Uint8Array): void {
    if (this.#over) return;
    try {
      this.#reply.push(chunk);
    } catch (error) {
      this.fail(KratosError.from(error));
    }
  }

  onTrailers(trailers: string[]): void {
    this.#trailers = trailers;
  }

  onEnd(): void {
    if (this.#over) return;
    this.#stream = undefined;
    try {
      const error = errorOf(this.#trailers ?? []);
      if (error !== undefined) throw error;
      const message = this.#reply.finish();
      if (this.#reply.compressed) this.#inflate(message);
      else this.#succeed(message);
    } catch (error) {
      this.fail(KratosError.from(error));
    }
  }

  onDrain(): void {}

  onReset(reset: StreamReset): void {
    if (this.#over) return;
    this.#stream = undefined;
    const again = reset.unprocessed && this.#headers === undefined && this.#retries++ < maxTransparentRetries;
    if (again) this.#route?.channel.start(this);
    else this.fail(resetError(reset, { endpoint: this.#transporter.endpoint, deadline: this.#ctx.deadline }));
  }

  #begin(request: unknown): void {
    this.#watch();
    if (this.#over) return;
    if (this.#ctx.timeoutMs() === 0) throw deadlineExceeded();
    this.#metadata = metadataOf(this.#transporter);
    const bytes = this.#encode(request);
    if (this.#method.settings.gzip && bytes.length >= compressMinBytes) this.#deflate(bytes);
    else this.#dispatch(frame(bytes));
  }

  #deflate(bytes: Uint8Array): void {
    this.#compressed = true;
    gzip(bytes).then(
      (compressed) => this.#dispatch(frame(compressed, true)),
      (error) => this.fail(KratosError.from(error)),
    );
  }

  #dispatch(body: Uint8Array): void {
    if (this.#over) return;
    this.#body = body;
    const route = this.#method.settings.target.pick(this.#ctx);
    if (!(route instanceof Promise)) this.#take(route);
    else {
      route.then(
        (picked) => this.#take(picked),
        (error) => this.fail(KratosError.from(error)),
      );
    }
  }

  #take(route: Route): void {
    if (this.#over) {
      // Cancelled while the route was looked for.
      route.done({ error: this.#error });
      return;
    }
    this.#route = route;
    this.#transporter.endpoint = route.channel.address.name;
    route.channel.start(this);
  }

  #requestHeaders(): string[] {
    const { operation, contentType, settings } = this.#method;
    const address = (this.#route as Route).channel.address;
    const leftMs = this.#ctx.timeoutMs();
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
    if (this.#compressed) headers.push("grpc-encoding", "gzip");
    if (this.#metadata !== undefined) appendMetadata(headers, this.#metadata);
    return headers;
  }

  #inflate(bytes: Uint8Array): void {
    const encoding = findHeader(this.#headers ?? [], "grpc-encoding");
    decompress({ bytes, encoding, maxBytes: this.#method.settings.maxMessageBytes }).then(
      (message) => this.#succeed(message),
      (error) => this.fail(KratosError.from(error)),
    );
  }

  #succeed(bytes: Uint8Array): void {
    if (this.#over) return;
    try {
      const message = this.#method.codec.decode(bytes);
      this.#end();
      this.#resolve(message);
    } catch (error) {
      const { typeName } = this.#method.desc.output;
      this.fail(malformed(`the reply can't be decoded as ${typeName}: ${textOf(error)}`));
    }
  }

  #end(): void {
    this.#over = true;
    this.#unwatch();
    this.#transporter.replied(this.#headers, this.#trailers);
    if (this.#stream === undefined) this.#route?.channel.forget(this);
    this.#route?.done({ error: this.#error });
  }

  #encode(request: unknown): Uint8Array {
    try {
      return this.#method.codec.encode(request);
    } catch (error) {
      const { typeName } = this.#method.desc.input;
      const message = `the request can't be encoded as ${typeName}: ${textOf(error)}`;
      throw new KratosError({ code: 400, reason: "CODEC", message, cause: error });
    }
  }

  #watch(): void {
    const onCancel = (reason: unknown): void => this.#cancel(reason);
    this.#onCancel = onCancel;
    const call = callOf(this.#ctx);
    if (call !== undefined) call.onCancel(onCancel);
    else onAbort(this.#ctx.signal, onCancel);
  }

  #unwatch(): void {
    if (this.#onCancel !== undefined) callOf(this.#ctx)?.offCancel(this.#onCancel);
  }

  #cancel(reason: unknown): void {
    const error = cancelError(reason);
    const waiting = this.#route !== undefined && this.#stream === undefined && this.#headers === undefined;
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

function callOf(ctx: Context): CallContext | undefined {
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
