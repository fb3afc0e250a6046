import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface CannedBytes extends AsyncDisposable {
  readonly endpoint: string;
  /** What every request is answered with from now on, as it goes onto the connection, which then ends. */
  reply: string;
  /** The heads of the requests so far; the caller may empty it. */
  readonly heads: string[];
}

/** A server that answers every request with bytes that no HTTP server would have to agree with. */
export async function startCannedBytes(): Promise<CannedBytes> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let text = "";
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      canned.heads.push(text.slice(0, end));
      text = "";
      socket.end(canned.reply);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const canned: CannedBytes = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reply: "",
    heads: [],
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return canned;
}
