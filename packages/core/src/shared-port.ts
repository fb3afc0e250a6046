import type { Server, StartOptions } from "./server.ts";

/**
 * Joins two servers on one port: the host listens and speaks HTTP/1.1, its guest brings HTTP/2 and the protocols on it.
 * What is called an object here is one of Node's, of which this package, which loads in browsers too, knows nothing.
 */
export interface PortHost {
  /** The URL of the port, `http://…`, `https://…` or `unix:…`; throws before it listens. */
  endpoint(): string;
  /** Whether connections have TLS. */
  readonly secure: boolean;
  /** Whether a route of the host serves this verb and path (without its query). */
  serves(method: string, path: string): boolean;
  /**
   * Opens a connection of HTTP/1.1 to the host, within the process: a `Duplex`, on which a request of HTTP/2 that is none
   * of the guest's is passed on. `socket` is where that came from: its addresses and its certificate show through.
   */
  connect(socket: object): object;
}

/** A server that can serve on another's port instead of one of its own: what `mount` of an HTTP server takes. */
export interface PortGuest extends Server {
  /** Gives up listening for good. Throws an Error when it has started, or has joined a port, before. */
  joinPort(host: PortHost): JoinedPort;
}

/** What a guest does on the port. It ends with the `stop` of the guest, which its host calls too. */
export interface JoinedPort {
  /** The host starts. A guest that is given to an app as well keeps what that starts it with. */
  begin(options: StartOptions | undefined): Promise<void>;
  /** Takes a connection, a `Socket` after TLS: keeps one that speaks HTTP/2, and gives others back, with nothing read. */
  connection(socket: object, onHttp1: (socket: object) => void): void;
  /** Whether the guest serves this request of HTTP/1.1. */
  takes(request: PortRequest): boolean;
  /** Serves it, an `IncomingMessage` with its `ServerResponse`. */
  serve(request: object, response: object): void;
}

/** What a request is told by. */
export interface PortRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  /** Flat, names in any case. */
  readonly headers: readonly string[];
}
