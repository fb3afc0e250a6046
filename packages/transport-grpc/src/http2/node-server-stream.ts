import type { OutgoingHttpHeaders, ServerHttp2Stream, ServerStreamResponseOptions } from "node:http2";
import {
  type RawHeaders,
  ResetCode,
  type ServerHandler,
  type ServerStream,
  type StreamHandler,
  type UnaryReply,
} from "./carrier.ts";
import { toHeaderObject, toJoinedHeaderObject } from "./header-object.ts";
import type { NodeServerSession } from "./node-server-session.ts";

const carrierOf: unique symbol = Symbol("carrier stream");
/** A stream of node:http2 that knows its carrier stream, so that its listeners are shared by all streams. */
type Carried = ServerHttp2Stream & { [carrierOf]: NodeServerStream | undefined };

const withTrailers = { waitForTrailers: true, sendDate: false };
const withoutBody = { endStream: true, sendDate: false };

/** One stream of node:http2's server side. */
export class NodeServerStream implements ServerStream {
  readonly session: NodeServerSession;
  readonly #stream: ServerHttp2Stream;
  #handler!: StreamHandler;
  #trailers: RawHeaders | undefined;
  #received = false;
  #replied = false;
  #reset = false;
  #drains = false;

  constructor(stream: ServerHttp2Stream, session: NodeServerSession) {
    this.session = session;
    this.#stream = stream;
    (stream as Carried)[carrierOf] = this;
  }

  start(server: ServerHandler, headers: string[], end: boolean): void {
    const stream = this.#stream;
    stream.on("error", ignore);
    stream.on("close", onClose);
    if (stream.destroyed) return;
    this.#received = end;
    this.#handler = server.onStream(this, headers, end);
    // Without a reader the stream would never end.
    stream.on("data", onData);
    if (!end) stream.on("end", onEnd);
  }

  unary({ headers, body, trailers }: UnaryReply): void {
    if (!this.#begin(headers)) return;
    this.#trailers = trailers;
    this.#stream.end(body);
  }

  headers(headers: RawHeaders): void {
    this.#begin(headers);
  }

  data(bytes: Uint8Array): boolean {
    if (this.#stream.destroyed) return true;
    const room = this.#stream.write(bytes);
    if (!room && !this.#drains) {
      this.#drains = true;
      this.#stream.on("drain", onDrain);
    }
    return room;
  }

  trailers(trailers: RawHeaders): void {
    if (this.#stream.destroyed) return;
    this.#trailers = trailers;
    this.#stream.end();
  }

  headersOnly(headers: RawHeaders): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.headersSent) return;
    this.#replied = true;
    if (this.#respond(headers, withoutBody) && !this.#received) stream.close(ResetCode.NO_ERROR);
  }

  reset(code: number): void {
    this.#reset = true;
    this.#stream.close(code);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  #begin(headers: RawHeaders): boolean {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed || stream.headersSent) return false;
    stream.on("wantTrailers", onWantTrailers);
    return this.#respond(headers, withTrailers);
  }

  #respond(headers: RawHeaders, options: ServerStreamResponseOptions): boolean {
    try {
      this.#stream.respond(asReplyHeaders(headers), options);
      return true;
    } catch {
      return this.#joined(headers, (joined) => this.#stream.respond(joined, options));
    }
  }

  // node:http2 refuses a header. Before Node 24 that is so for some names that come twice; whatever else it is, the
  // call must end.
  #joined(headers: RawHeaders, send: (headers: OutgoingHttpHeaders) => void): boolean {
    try {
      send(toJoinedHeaderObject(headers));
      return true;
    } catch {
      this.reset(ResetCode.INTERNAL_ERROR);
      return false;
    }
  }

  received(chunk: Uint8Array): void {
    if (!this.#replied && !this.#reset) this.#handler.onData(chunk);
  }

  ended(): void {
    // node:http2 ends the readable side of a stream that was reset or lost, too; its 'close' follows.
    if (this.#stream.destroyed || this.#stream.rstCode !== ResetCode.NO_ERROR) return;
    this.#received = true;
    if (!this.#replied && !this.#reset) this.#handler.onEnd();
  }

  drained(): void {
    this.#handler.onDrain();
  }

  sendTrailers(): void {
    const stream = this.#stream;
    this.#replied = true;
    if (stream.destroyed || stream.closed) return;
    const trailers = this.#trailers ?? [];
    try {
      stream.sendTrailers(toHeaderObject(trailers));
    } catch {
      if (!this.#joined(trailers, (joined) => stream.sendTrailers(joined))) return;
    }
    // The reply is whole: what the caller still sends is of no use (RFC 9113 §8.1). node:http2 sends trailers in an
    // immediate of its own, made just before this one.
    if (!this.#received) setImmediate(closeStream, stream);
  }

  closed(): void {
    // The native handle keeps its stream until a major collection; what hangs on it must not survive with it.
    (this.#stream as Carried)[carrierOf] = undefined;
    this.session.released();
    const replied = this.#replied;
    this.#replied = true;
    if (replied || this.#reset || this.#handler === undefined) return;
    this.#handler.onReset({ code: this.#stream.rstCode || ResetCode.CANCEL, unprocessed: false });
  }
}

function onData(this: ServerHttp2Stream, chunk: Uint8Array): void {
  (this as Carried)[carrierOf]?.received(chunk);
}
function onEnd(this: ServerHttp2Stream): void {
  (this as Carried)[carrierOf]?.ended();
}
function onDrain(this: ServerHttp2Stream): void {
  (this as Carried)[carrierOf]?.drained();
}
function onWantTrailers(this: ServerHttp2Stream): void {
  (this as Carried)[carrierOf]?.sendTrailers();
}
function onClose(this: ServerHttp2Stream): void {
  (this as Carried)[carrierOf]?.closed();
}
function closeStream(stream: ServerHttp2Stream): void {
  stream.close(ResetCode.NO_ERROR);
}
// What broke the stream is told by its 'close'.
function ignore(): void {}

// Raw header arrays are not copied; they are taken since Node 22.20 and 24.7.
const takesArrays = (([major = 0, minor = 0]) =>
  major === 22 ? minor >= 20 : major > 24 || (major === 24 && minor >= 7))(
  process.versions.node.split(".").map(Number),
);

function asReplyHeaders(headers: RawHeaders): OutgoingHttpHeaders {
  // The types of Node 22.18 do not know arrays.
  return takesArrays ? (headers as unknown as OutgoingHttpHeaders) : toHeaderObject(headers);
}
