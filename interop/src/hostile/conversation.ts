import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** Bytes to write, a pause in ms that is part of the input, or the end of our half of the connection. */
export type Piece = Buffer | number | "end";

export interface Conversation {
  readonly bytes: Buffer;
  /** How it ended: the server closed it, it was reset, we had what we wanted, or nothing happened for too long. */
  readonly end: "closed" | "reset" | "done" | "hung";
}

export interface ConversationOptions {
  readonly pieces: readonly Piece[];
  /** Looks at all that came so far: true when nothing more is waited for. Default: until the server closes. */
  readonly done?: ((bytes: Buffer) => boolean) | undefined;
  readonly limitMs?: number | undefined;
}

/** Sends raw bytes on a connection of its own and collects what comes back. */
export function converse(url: string, { pieces, done, limitMs = 8000 }: ConversationOptions): Promise<Conversation> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  const { promise, resolve } = Promise.withResolvers<Conversation>();
  const chunks: Buffer[] = [];
  const finish = (end: Conversation["end"]): void => {
    clearTimeout(timer);
    socket.destroy();
    resolve({ bytes: Buffer.concat(chunks), end });
  };
  const timer = setTimeout(() => finish("hung"), limitMs);
  let broken = false;
  socket.on("error", () => {
    broken = true;
  });
  socket.on("close", () => finish(broken ? "reset" : "closed"));
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    if (done?.(Buffer.concat(chunks)) === true) finish("done");
  });
  socket.on("connect", async () => {
    for (const piece of pieces) {
      if (socket.destroyed) return;
      if (typeof piece === "number") await delay(piece);
      else if (piece === "end") socket.end();
      else socket.write(piece);
    }
  });
  return promise;
}
