import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface TcpServer extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly endpoint: string;
  /** The pieces that have come, on all connections. */
  readonly requests: () => number;
  /** All connections so far. */
  readonly sockets: Socket[];
}

/** A server below HTTP: `onRequest` hears of each piece that comes, and its number on its connection. */
export async function startTcpServer(
  onRequest: (socket: Socket, count: number, data: Buffer) => void,
): Promise<TcpServer> {
  let requests = 0;
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    let count = 0;
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      requests++;
      onRequest(socket, ++count, data);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
