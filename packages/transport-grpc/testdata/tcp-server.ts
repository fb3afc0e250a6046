import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A server that knows nothing of HTTP/2. */
export interface TcpServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly sockets: Socket[];
}

export async function startTcpServer(onSocket: (socket: Socket) => void): Promise<TcpServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `grpc://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Passes on what goes to and from a server on this machine; a test may write garbage in between, or hold it back. */
export async function startProxy(port: number): Promise<TcpServer> {
  return startTcpServer((socket) => {
    const upstream = connect(port, "127.0.0.1");
    upstream.on("error", () => socket.destroy());
    upstream.pipe(socket).pipe(upstream);
  });
}
