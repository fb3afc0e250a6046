import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { type ActivityTimer, activityTimer } from "./activity-timer.ts";

// What may wait to be sent before the producer is held: as much as a write to the socket takes in one go.
const highWaterBytes = 64 * 1024;

/** The sending half of a WebSocket of `ws`: it holds a producer that is faster than its reader, and looks whether that is still there. */
export class SocketSender {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #alive: ActivityTimer | undefined;
  #asked = false;
  #corked = false;
  #wake: (() => void) | undefined = undefined;

  /** `keepAliveMs`: after so long without hearing anything a ping is sent, and twice that without a pong ends it; 0: never. */
  constructor(ws: WebSocket, socket: Socket, keepAliveMs: number) {
    this.#ws = ws;
    this.#socket = socket;
    this.#alive = activityTimer(keepAliveMs, () => this.#ask());
    const wake = (): void => {
      this.#wake?.();
      this.#wake = undefined;
    };
    socket.on("drain", wake);
    socket.on("close", wake);
    ws.on("close", () => this.#alive?.stop());
    ws.on("pong", () => this.heard());
  }

  /** Something has come from the other side. */
  heard(): void {
    this.#asked = false;
    this.#alive?.touch();
  }

  /** Sends a frame, text or bytes. Gives a promise when the next one is to wait. */
  send(data: string | Uint8Array): Promise<void> | undefined {
    // Nothing is taken any more: a producer that never waits would keep the news of the end from ever arriving.
    if (this.#ws.readyState !== this.#ws.OPEN) return this.#socket.destroyed ? nextTurn() : this.#untilWoken();
    if (!this.#corked) this.#cork();
    this.#ws.send(data, { binary: typeof data !== "string" });
    if (this.#socket.destroyed) return nextTurn();
    return this.#socket.writableLength < highWaterBytes ? undefined : this.#untilWoken();
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  // All that is sent at once goes out in one piece.
  #cork(): void {
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }

  #ask(): void {
    // What a paused reader has not read may be the answer.
    if (this.#ws.isPaused) return;
    if (this.#asked) this.#ws.terminate();
    else if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping();
    this.#asked = true;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
