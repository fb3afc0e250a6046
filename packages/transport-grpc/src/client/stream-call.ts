import { type Context, errorClientClosed, KratosError } from "@kratos-ts/core";
import { decompress, gzip } from "../compression.ts";
import { frame } from "../frame.ts";
import type { ClientSession } from "../http2/carrier.ts";
import { IdleTimer } from "../idle-timer.ts";
import { IncomingMessages, type IncomingOwner } from "../incoming-messages.ts";
import { findHeader } from "../metadata.ts";
import { type MessageSink, OutgoingMessages } from "../outgoing-messages.ts";
import { errorOf } from "../status.ts";
import { UnaryBody } from "../unary-body.ts";
import { unwatchReader } from "./abandoned-readers.ts";
import { ClientCall, callOf, compressMinBytes } from "./call.ts";
import type { ClientMethod } from "./client-method.ts";
import { SentMessages } from "./sent-messages.ts";

/**
 * One streaming call on the wire, of the three kinds. A stream of replies is there once the server's headers are, and
 * whoever reads it hears of all that comes later; it can be left with `return()`, which ends the call.
 */
export class StreamCall extends ClientCall implements IncomingOwner, MessageSink {
  // The messages of a stream of replies, or the one message of a client stream's reply.
  readonly #replies: IncomingMessages | undefined;
  readonly #reply: UnaryBody | undefined;
  readonly #requests: OutgoingMessages;
  readonly #sent = new SentMessages();
  readonly #opened = Promise.withResolvers<void>();
  #resolve!: (reply: unknown) => void;
  #reject!: (error: KratosError) => void;
  #idle: IdleTimer | undefined;
  #requestEnded = false;

  constructor(method: ClientMethod, ctx: Context) {
    super(method, ctx);
    const { desc, codec, settings } = method;
    const { maxMessageBytes } = settings;
    const { typeName } = desc.output;
    this.#requests = new OutgoingMessages(this);
    if (desc.methodKind === "client_streaming") this.#reply = new UnaryBody(maxMessageBytes);
    else this.#replies = new IncomingMessages({ owner: this, codec, typeName, maxMessageBytes });
  }

  /** The reply of a client stream, or the AsyncIterable of the replies. */
  run(request: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#begin(request).catch((error) => this.fail(KratosError.from(error)));
    });
  }

  override open(session: ClientSession): void {
    super.open(session);
    const { stream } = this;
    if (stream === undefined) return;
    const { streamIdleTimeoutMs } = this.method.settings;
    this.#idle ??= new IdleTimer(streamIdleTimeoutMs, (error) => this.fail(error));
    this.#replies?.from(stream, undefined);
    // Of an attempt that the server did not work on.
    for (const framed of this.#sent.messages) stream.data(framed);
    if (this.#requestEnded) stream.end();
    this.#opened.resolve();
    this.#requests.drained();
  }

  override onHeaders(headers: string[], end: boolean): void {
    super.onHeaders(headers, end);
    if (this.over) return;
    this.#sent.forget();
    this.transporter.replied(headers, undefined);
    if (end || this.stream === undefined || this.#replies === undefined) return;
    this.#replies.from(this.stream, findHeader(headers, "grpc-encoding"));
    this.#resolve(this.#replies);
  }

  onData(chunk: Uint8Array): void {
    if (this.over) return;
    if (this.#replies !== undefined) this.#replies.push(chunk);
    else {
      try {
        this.#reply?.push(chunk);
      } catch (error) {
        this.fail(KratosError.from(error));
      }
    }
  }

  onEnd(): void {
    if (this.over) return;
    this.stream = undefined;
    if (this.#reply !== undefined) this.#finish(this.#reply);
    else {
      const error = errorOf(this.trailers ?? []);
      this.end(error);
      if (error === undefined) this.#resolve(this.#replies);
      else this.#reject(error);
      // After what was sent before it.
      this.#replies?.end(error);
    }
  }

  onDrain(): void {
    this.#requests.drained();
  }

  onMessage(): void {
    this.#idle?.touch();
  }

  onLeave(): void {
    this.fail(errorClientClosed("", "the replies are not read any more"));
  }

  onBroken(error: KratosError): void {
    this.fail(error);
  }

  frame(message: unknown): Uint8Array | Promise<Uint8Array> {
    const bytes = this.encode(message);
    if (!this.method.settings.gzip || bytes.length < compressMinBytes) return frame(bytes);
    return gzip(bytes).then((compressed) => frame(compressed, true));
  }

  write(framed: Uint8Array): boolean {
    this.#idle?.touch();
    this.#sent.add(framed, this.stream === undefined);
    return this.stream?.data(framed) ?? false;
  }

  protected override canStartAgain(): boolean {
    return super.canStartAgain() && this.#sent.complete;
  }

  protected override end(error?: KratosError): void {
    super.end(error);
    this.#idle?.stop();
    this.#sent.forget();
    this.#opened.resolve();
    this.#requests.stop();
    const call = callOf(this.ctx);
    if (call === undefined || this.method.settings.middleware.length > 0) return;
    // Nobody else makes a call in this context.
    unwatchReader(call);
    call.end();
  }

  protected failed(error: KratosError): void {
    this.#reject(error);
    this.#replies?.close(error);
  }

  async #begin(request: unknown): Promise<void> {
    if (!this.prepare()) return;
    if (this.method.desc.methodKind === "server_streaming") {
      const framed = this.frame(request);
      this.body = framed instanceof Promise ? await framed : framed;
      this.dispatch();
    } else {
      this.dispatch();
      await this.#send(request as AsyncIterable<unknown>);
    }
  }

  // A function that waits, so that the producer runs in the context of the call, and not in that of its connection.
  async #send(messages: AsyncIterable<unknown>): Promise<void> {
    await this.#opened.promise;
    if (!(await this.#requests.run(messages))) return;
    this.#requestEnded = true;
    this.stream?.end();
  }

  async #finish(body: UnaryBody): Promise<void> {
    try {
      const error = errorOf(this.trailers ?? []);
      if (error !== undefined) throw error;
      const bytes = body.finish();
      const encoding = findHeader(this.headers ?? [], "grpc-encoding");
      const { maxMessageBytes: maxBytes } = this.method.settings;
      const reply = this.decode(body.compressed ? await decompress({ bytes, encoding, maxBytes }) : bytes);
      if (this.over) return;
      this.end();
      this.#resolve(reply);
    } catch (error) {
      this.fail(KratosError.from(error));
    }
  }
}
