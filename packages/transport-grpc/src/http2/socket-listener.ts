import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { ListenAddress, ServerHandler, ServerTls } from "./carrier.ts";
import { listen } from "./listen.ts";

export interface SocketListenerOptions {
  readonly handler: Pick<ServerHandler, "onRefused" | "onFailure">;
  readonly tls?: ServerTls | undefined;
  /** A connection, after its TLS handshake. */
  readonly onSocket: (socket: Socket) => void;
}

// Whoever takes longer for a TLS handshake holds a connection for nothing; the default of node:tls is 2 minutes.
const handshakeTimeoutMs = 20_000;

/** Accepts connections, with TLS or without, and knows those that are open. */
export class SocketListener {
  readonly #options: SocketListenerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: SocketListenerOptions) {
    this.#options = options;
    this.#server = this.#create(options);
    // What comes before TLS is done counts as well: a connection must not outlive its server.
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** Resolves with the address once connections are accepted (the port that was chosen for port 0). */
  async listen(address: ListenAddress): Promise<ListenAddress> {
    const bound = await listen(this.#server, address);
    this.#server.on("error", (error) => this.#options.handler.onFailure(error));
    return bound;
  }

  /** Accepts no more connections; resolves when the socket is free. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      // Its callback waits for connections too, and is an error when it never listened.
      this.#server.close(() => {});
      if (!this.#server.listening) setImmediate(resolve);
    });
  }

  /** Cuts every connection. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #create({ tls, onSocket, handler }: SocketListenerOptions): Server {
    if (tls === undefined) return createTcpServer({ noDelay: true }, onSocket);
    const { minVersion = "TLSv1.2", ...rest } = tls as ServerTls & { key: Buffer; cert: Buffer; ca?: Buffer };
    const server = createTlsServer({
      ...rest,
      minVersion,
      noDelay: true,
      handshakeTimeout: handshakeTimeoutMs,
      ALPNProtocols: ["h2"],
    });
    server.on("secureConnection", onSocket);
    server.on("tlsClientError", (error) => handler.onRefused(error));
    return server;
  }
}
