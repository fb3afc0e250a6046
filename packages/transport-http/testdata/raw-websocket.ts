import { once } from "node:events";
import { type ClientOptions, WebSocket } from "ws";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A bare WebSocket, and what comes on it. */
export class RawWebSocket implements AsyncDisposable {
  readonly ws: WebSocket;
  readonly frames: string[] = [];
  readonly closed: Promise<Closed>;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (data) => this.frames.push(String(data)));
    ws.on("error", () => {});
    this.closed = new Promise((resolve) => {
      ws.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  /** Rejects with the status when the handshake is refused. */
  static async open(url: string, options: ClientOptions = {}): Promise<RawWebSocket> {
    const raw = new RawWebSocket(new WebSocket(url, { perMessageDeflate: false, ...options }));
    await once(raw.ws, "open");
    return raw;
  }

  send(...frames: (string | Buffer)[]): this {
    for (const frame of frames) this.ws.send(frame);
    return this;
  }

  /** The frames so far, as soon as there are `count` of them. */
  async until(count: number): Promise<string[]> {
    while (this.frames.length < count) await once(this.ws, "message");
    return this.frames;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ws.terminate();
  }
}
