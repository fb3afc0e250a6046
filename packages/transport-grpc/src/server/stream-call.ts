import { errorServiceUnavailable, KratosError } from "@kratos-ts/core";
import { acceptsGzip, decompress, gzip } from "../compression.ts";
import { frame, malformed } from "../frame.ts";
import { ResetCode, type StreamReset } from "../http2/carrier.ts";
import { IdleTimer } from "../idle-timer.ts";
import { IncomingMessages, type IncomingOwner } from "../incoming-messages.ts";
import type { MessageCodec } from "../message-codec.ts";
import { type MessageSink, OutgoingMessages } from "../outgoing-messages.ts";
import { UnaryBody } from "../unary-body.ts";
import { type CallInit, type OpenStream, ServerCall } from "./call.ts";
import type { KeptSession } from "./kept-session.ts";
import { isAsyncIterable } from "./route.ts";

// How long a caller that reads nothing may leave the end of its call waiting behind data, in ms.
const lingerMs = 5_000;

/**
 * A streaming call, of the three kinds. When it ends before its handler has, the request stream throws why, the reply
 * stream gets `return()`, and the context's signal aborts.
 */
export class StreamCall extends ServerCall implements OpenStream, IncomingOwner, MessageSink {
  readonly #codec: MessageCodec;
  readonly #replies: OutgoingMessages;
  // The one message of a server stream's request, or the messages of the other kinds.
  readonly #request: UnaryBody | undefined;
  readonly #requests: IncomingMessages | undefined;
  readonly #idle: IdleTimer;
  readonly #gzip: boolean;
  readonly #session: KeptSession | undefined;
  #begun = false;
  #blocked = false;

  constructor(init: CallInit) {
    super(init);
    const { host, route, head, contentType, stream } = init;
    const { maxMessageBytes, streamIdleTimeoutMs } = host.config;
    const codec = route.codecs[contentType.codec];
    this.#codec = codec;
    this.#gzip = head.encoding === "gzip" && acceptsGzip(head.acceptEncoding);
    this.#replies = new OutgoingMessages(this);
    this.#idle = new IdleTimer(streamIdleTimeoutMs, (error) => this.ctx.cancel(error));
    this.#session = host.keptSession(stream.session);
    if (route.method.methodKind === "server_streaming") this.#request = new UnaryBody(maxMessageBytes);
    else {
      const { typeName } = route.method.input;
      this.#requests = new IncomingMessages({ owner: this, codec, typeName, maxMessageBytes });
      this.#requests.from(stream, head.encoding);
    }
  }

  override begin(end: boolean): void {
    this.init.host.streams.add(this);
    super.begin(end);
    if (!this.over && this.#requests !== undefined) this.#run(this.#requests);
  }

  get internal(): boolean {
    return this.init.route.internal;
  }

  cut(): void {
    this.ctx.cancel(errorServiceUnavailable("", "the server is stopping"));
  }

  onData(chunk: Uint8Array): void {
    if (this.over) return;
    if (this.#requests !== undefined) this.#requests.push(chunk);
    else {
      try {
        this.#request?.push(chunk);
      } catch (error) {
        this.refuse(KratosError.from(error));
      }
    }
  }

  onEnd(): void {
    if (this.over) return;
    if (this.#requests !== undefined) this.#requests.end();
    else this.#readRequest(this.#request as UnaryBody);
  }

  onDrain(): void {
    this.#blocked = false;
    this.#replies.drained();
  }

  override onReset(reset: StreamReset): void {
    super.onReset(reset);
    this.#close();
  }

  onMessage(): void {
    this.#idle.touch();
  }

  // The handler reads no more of the request, but may still answer; what comes is dropped.
  onLeave(): void {}

  onBroken(error: KratosError): void {
    this.ctx.cancel(error);
  }

  frame(message: unknown): Uint8Array | Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = this.#codec.encode(message);
    } catch (error) {
      const { typeName } = this.init.route.method.output;
      const refusal = malformed(`the reply can't be encoded as ${typeName}: ${textOf(error)}`);
      this.refuse(refusal);
      throw refusal;
    }
    if (!this.#gzip || bytes.length < this.init.host.config.compressMinBytes) return frame(bytes);
    return gzip(bytes).then((compressed) => frame(compressed, true));
  }

  write(framed: Uint8Array): boolean {
    this.#begin();
    this.#idle.touch();
    this.#session?.sent(framed.length);
    const room = this.init.stream.data(framed);
    this.#blocked = !room;
    return room;
  }

  protected override sendError(trailers: string[]): void {
    const { stream } = this.init;
    if (this.#begun) stream.trailers(trailers);
    else super.sendError(trailers);
    if (this.#blocked) setTimeout(() => stream.reset(ResetCode.CANCEL), lingerMs).unref();
    this.#close();
  }

  #readRequest(body: UnaryBody): void {
    try {
      const bytes = body.finish();
      if (!body.compressed) this.#start(bytes);
      else {
        const { head, host } = this.init;
        decompress({ bytes, encoding: head.encoding, maxBytes: host.config.maxMessageBytes }).then(
          (message) => this.#start(message),
          (error) => this.refuse(KratosError.from(error)),
        );
      }
    } catch (error) {
      this.refuse(KratosError.from(error));
    }
  }

  #start(bytes: Uint8Array): void {
    if (this.over) return;
    let request: unknown;
    try {
      request = this.#codec.decode(bytes);
    } catch (error) {
      const { typeName } = this.init.route.method.input;
      this.refuse(malformed(`the request can't be decoded as ${typeName}: ${textOf(error)}`));
      return;
    }
    this.onMessage();
    this.#run(request);
  }

  async #run(request: unknown): Promise<void> {
    const { handler, method, operation } = this.init.route;
    try {
      const reply = await handler(request, this.ctx);
      if (method.methodKind === "client_streaming") {
        const framed = this.over ? undefined : await this.frame(reply);
        if (!this.over && framed !== undefined) this.write(framed);
      } else {
        if (!isAsyncIterable(reply)) throw new TypeError(`${operation} did not return an AsyncIterable`);
        if (!(await this.#replies.run(reply))) return;
      }
      this.#succeed();
    } catch (error) {
      this.fail(error);
    }
  }

  #succeed(): void {
    if (this.over) return;
    this.over = true;
    this.ctx.end();
    this.#begin();
    this.init.stream.trailers(this.okTrailers());
    this.#close();
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.init.stream.headers(this.replyHeaders(this.#gzip));
  }

  /** The call is over: whoever still reads or writes hears of it. */
  #close(): void {
    this.init.host.streams.delete(this);
    this.#idle.stop();
    this.#replies.stop();
    this.#requests?.close(this.ctx.cancelled ? KratosError.from(this.ctx.reason) : undefined);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
