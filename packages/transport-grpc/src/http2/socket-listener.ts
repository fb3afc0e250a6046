import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type SecureContextOptions, type Server as TlsServer } from "node:tls";
import type { ListenAddress, ServerHandler, ServerTls } from "./carrier.ts";
import { listen } from "./listen.ts";
import { sniffProtocol } from "./protocol-sniffer.ts";

export interface SocketListenerOptions {
  readonly handler: Pick<ServerHandler, "onRefused" | "onFailure">;
  readonly tls?: ServerTls | undefined;
  /** A connection that speaks HTTP/2, after its TLS handshake. */
  readonly onHttp2: (socket: Socket) => void;
  /** One that speaks HTTP/1.1. Without it, all are taken to speak HTTP/2. */
  readonly onHttp1?: ((socket: Socket) => void) | undefined;
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

  /** Has new connections use these certificates; those that are open keep theirs. */
  renew(tls: ServerTls): void {
    (this.#server as TlsServer).setSecureContext(tls as SecureContextOptions);
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

  #create({ tls, onHttp1, onHttp2, handler }: SocketListenerOptions): Server {
    const onSocket = onHttp1 === undefined ? onHttp2 : (socket: Socket) => sniffProtocol(socket, { onHttp1, onHttp2 });
    if (tls === undefined) return createTcpServer({ noDelay: true }, onSocket);
    const { minVersion = "TLSv1.2", ...rest } = tls as ServerTls & { key: Buffer; cert: Buffer; ca?: Buffer };
    const server = createTlsServer({
      ...rest,
      minVersion,
      noDelay: true,
      handshakeTimeout: handshakeTimeoutMs,
      ALPNProtocols: onHttp1 === undefined ? ["h2"] : ["h2", "http/1.1"],
    });
    server.on("secureConnection", onSocket);
    server.on("tlsClientError", (error) => handler.onRefused(error));
    return server;
  }
}
