import { type ClientHttp2Stream, constants } from "node:http2";
import { type ClientStream, type ClientStreamHandler, ResetCode } from "./carrier.ts";
import type { NodeClientSession } from "./node-client.ts";

const carrierOf: unique symbol = Symbol("carrier stream");
/** A stream of node:http2 that knows its carrier stream, so that its listeners are shared by all streams. */
type Carried = ClientHttp2Stream & { [carrierOf]: NodeClientStream | undefined };

/** One stream of node:http2's client side. */
export class NodeClientStream implements ClientStream {
  readonly #stream: ClientHttp2Stream;
  readonly #session: NodeClientSession;
  readonly #handler: ClientStreamHandler;
  // Nothing more is told.
  #over = false;
  #paused = false;
  #drains = false;
  #trailers: string[] | undefined;
  #error: unknown;

  constructor(stream: ClientHttp2Stream, session: NodeClientSession, handler: ClientStreamHandler) {
    this.#stream = stream;
    this.#session = session;
    this.#handler = handler;
    (stream as Carried)[carrierOf] = this;
    stream.on("response", onResponse as () => void);
    stream.on("trailers", onTrailers as () => void);
    stream.on("error", onError);
    stream.on("close", onClose);
  }

  data(bytes: Uint8Array): boolean {
    const stream = this.#stream;
    if (this.#over || stream.destroyed || stream.writableEnded) return true;
    const room = stream.write(bytes);
    if (!room && !this.#drains) {
      this.#drains = true;
      stream.on("drain", onDrain);
    }
    return room;
  }

  end(): void {
    if (!this.#over) this.#stream.end();
  }

  reset(code: number): void {
    this.#over = true;
    const stream = this.#stream;
    // `close` would end the request first, and the server would take what it has for all of it.
    if (!stream.writableEnded) stream._final = withoutEndStream;
    stream.close(code);
  }

  pause(): void {
    this.#paused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#stream.resume();
  }

  responded(headers: string[], end: boolean): void {
    if (this.#over) return;
    const stream = this.#stream;
    this.#handler.onHeaders(headers, end);
    if (this.#over) return;
    if (end) this.#finish(undefined);
    // Most unary replies arrive in one piece: then the body is here already, and reading it costs less than listening.
    else if (stream.closed && !this.#paused) this.#readAll();
    else stream.on("data", onData);
  }

  received(chunk: Uint8Array): void {
    if (!this.#over) this.#handler.onData(chunk);
  }

  trailed(trailers: string[]): void {
    if (this.#over) return;
    const stream = this.#stream;
    if (stream.readableLength > 0) {
      // They have overtaken data that nobody has taken yet.
      if (this.#paused) {
        this.#trailers = trailers;
        stream.on("end", onEnd);
        return;
      }
      stream.read();
    }
    this.#finish(trailers);
  }

  ended(): void {
    if (!this.#over) this.#finish(this.#trailers);
  }

  drained(): void {
    if (!this.#over) this.#handler.onDrain();
  }

  failed(error: unknown): void {
    this.#error = error;
  }

  closed(): void {
    // V8 frees what a stream of node:http2 refers to only with the next full collection, since the stream is tied to
    // an object outside of its heap; without this, each call would be kept, and copied to the old generation, by then.
    (this.#stream as Carried)[carrierOf] = undefined;
    this.#session.released();
    if (this.#over) return;
    const stream = this.#stream;
    if (stream.readableEnded && stream.rstCode === ResetCode.NO_ERROR) this.#finish(this.#trailers);
    else {
      this.#over = true;
      this.#handler.onReset(this.#session.resetOf(stream, this.#error));
    }
  }

  #readAll(): void {
    const stream = this.#stream;
    // Asking for what is there, no more and no less, leaves the rest of the stream's end to `destroy`.
    if (stream.readableLength > 0) this.received(stream.read(stream.readableLength));
  }

  #finish(trailers: string[] | undefined): void {
    if (trailers !== undefined) this.#handler.onTrailers(trailers);
    if (this.#over) return;
    this.#over = true;
    const stream = this.#stream;
    // Ended on both sides: this only spares node:http2 the events about it.
    if (stream.closed) stream.destroy();
    // The server has answered without waiting for all of the request; the rest is of no use.
    else this.reset(ResetCode.CANCEL);
    this.#handler.onEnd();
  }
}

function withoutEndStream(done: () => void): void {
  done();
}
function onResponse(this: ClientHttp2Stream, _: unknown, flags: number, headers: string[]): void {
  (this as Carried)[carrierOf]?.responded(headers, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0);
}
function onData(this: ClientHttp2Stream, chunk: Uint8Array): void {
  (this as Carried)[carrierOf]?.received(chunk);
}
function onTrailers(this: ClientHttp2Stream, _: unknown, __: number, trailers: string[]): void {
  (this as Carried)[carrierOf]?.trailed(trailers);
}
function onEnd(this: ClientHttp2Stream): void {
  (this as Carried)[carrierOf]?.ended();
}
function onDrain(this: ClientHttp2Stream): void {
  (this as Carried)[carrierOf]?.drained();
}
function onError(this: ClientHttp2Stream, error: unknown): void {
  (this as Carried)[carrierOf]?.failed(error);
}
function onClose(this: ClientHttp2Stream): void {
  (this as Carried)[carrierOf]?.closed();
}
