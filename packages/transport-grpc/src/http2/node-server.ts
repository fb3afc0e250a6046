import {
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import type { ListenAddress, ServerCarrier, ServerCarrierOptions, ServerTls } from "./carrier.ts";
import { NodeServerSession } from "./node-server-session.ts";
import { SocketListener } from "./socket-listener.ts";

// Megabytes that node:http2 lets one connection's frames and headers take; its own default, 10, refuses streams of
// peers that use the windows and the number of streams that they were given.
const maxSessionMemoryMb = 64;
// A client that is refused this often has not understood SETTINGS or GOAWAY.
const maxRejectedStreams = 1_000;
// What an error with its details may take; whether it fits is for its reader to say.
const maxSentHeaderBytes = 256 * 1024;

/** HTTP/2 by node:http2. */
export function createNodeServerCarrier(options: ServerCarrierOptions): ServerCarrier {
  return new NodeServerCarrier(options);
}

class NodeServerCarrier implements ServerCarrier {
  readonly #options: ServerCarrierOptions;
  // It never listens: it is given connections, so that closing the listener leaves the sessions alone.
  readonly #http2: Http2Server;
  readonly #listener: SocketListener;
  #accepting: Socket | undefined;
  readonly #sessions = new WeakMap<ServerHttp2Session, NodeServerSession>();

  constructor(options: ServerCarrierOptions) {
    this.#options = options;
    this.#http2 = this.#createHttp2();
    this.#listener = new SocketListener({ ...options, onHttp2: (socket) => this.accept(socket) });
  }

  listen(address: ListenAddress): Promise<ListenAddress> {
    return this.#listener.listen(address);
  }

  accept(socket: Socket): void {
    this.#accepting = socket;
    this.#http2.emit("connection", socket);
  }

  renew(tls: ServerTls): void {
    this.#listener.renew(tls);
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  destroy(): void {
    this.#listener.destroy();
  }

  #createHttp2(): Http2Server {
    const { handler, limits } = this.#options;
    const server = createHttp2Server({
      maxSessionMemory: maxSessionMemoryMb,
      // So that bytes are the only limit of headers: each counts for 32 at least (RFC 9113 §6.5.2).
      maxHeaderListPairs: limits.maxHeaderBytes / 32,
      maxSendHeaderBlockLength: maxSentHeaderBytes,
      // gRPC knows no header that may come only once. Node 22.18 does not know the option.
      ...{ strictSingleValueFields: false },
      maxSessionRejectedStreams: maxRejectedStreams,
      unknownProtocolTimeout: 1_000,
      settings: {
        enablePush: false,
        initialWindowSize: limits.streamWindowBytes,
        maxConcurrentStreams: limits.maxConcurrentStreams,
        maxHeaderListSize: limits.maxHeaderBytes,
      },
    });
    server.on("session", (session) => this.#onSession(session));
    server.on("stream", (stream, _headers, flags, rawHeaders) => this.#onStream(stream, flags, rawHeaders));
    server.on("sessionError", (error, session) => this.#sessions.get(session)?.failed(error));
    server.on("error", (error) => handler.onRefused(error));
    return server;
  }

  #onSession(raw: ServerHttp2Session): void {
    // Told while its connection is given.
    const session = new NodeServerSession(raw, this.#accepting as Socket, this.#options);
    this.#sessions.set(raw, session);
  }

  #onStream(stream: ServerHttp2Stream, flags: number, rawHeaders: string[]): void {
    const session = stream.session === undefined ? undefined : this.#sessions.get(stream.session as ServerHttp2Session);
    // Without a session it is gone before it began.
    if (session !== undefined) session.accept(stream, flags, rawHeaders);
  }
}
