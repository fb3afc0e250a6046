import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { type Frame, watchFrames } from "./raw-websocket.ts";

/** What the server sends once the client has ended its sending; `close1011` closes with that code. */
export interface CannedFrame {
  readonly type: string;
  readonly data: string;
}

export interface CannedWebSocket extends AsyncDisposable {
  readonly endpoint: string;
  /** What every stream is answered with from now on; `refuse` answers the handshake with an error. */
  answer: readonly CannedFrame[];
  /** The last handshake, and what came after it, the close included; that is there when `closed` resolves. */
  handshake: IncomingMessage | undefined;
  frames: readonly Frame[];
  closed: Promise<void>;
}

const end = "\u001eend";

/** A server of WebSockets that says what it is told to, whatever it hears. */
export async function startCannedWebSocket(): Promise<CannedWebSocket> {
  const server = createServer();
  const sockets = new Set<WebSocket>();
  const webSockets = new WebSocketServer({ noServer: true, clientTracking: false });
  server.on("upgrade", (request, socket, head) => {
    canned.handshake = request;
    const refusal = canned.answer.find(({ type }) => type === "refuse");
    if (refusal !== undefined) {
      const { data } = refusal;
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: ${data.length}\r\nConnection: close\r\n\r\n${data}`,
      );
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (ws) => {
      const watched = watchFrames(ws);
      sockets.add(ws);
      canned.frames = watched.frames;
      canned.closed = watched.closed;
      ws.on("message", (data) => {
        if (String(data) === end) for (const frame of canned.answer) say(ws, frame);
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const canned: CannedWebSocket = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: [],
    handshake: undefined,
    frames: [],
    closed: Promise.resolve(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const ws of sockets) ws.terminate();
      await closed;
    },
  };
  return canned;
}

function say(ws: WebSocket, { type, data }: CannedFrame): void {
  const [, code] = /^close(\d*)$/.exec(type) ?? [];
  if (code === undefined) ws.send(data);
  else ws.close(Number(code || 1000), data);
}
