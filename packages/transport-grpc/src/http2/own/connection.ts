import type { Socket } from "node:net";
import { addressOf } from "../dial.ts";
import { ConnectionError } from "./connection-error.ts";
import { writeGoaway } from "./frame-writer.ts";
import { Output } from "./output.ts";
import { ErrorCode } from "./protocol.ts";

const lingerMs = 1_000;
// Answers that a peer may have us queue while it reads none of them.
const maxUnreadAnswers = 1_000;

/** The socket of a session: what it reads and writes, and the ways in which it ends. */
export abstract class Connection {
  peer: string | undefined;
  /** It has ended, or is about to: no frame is read or sent any more. */
  closed = false;
  readonly output: Output;
  readonly socket: Socket;
  /** Why it ended, when it was not in good order. */
  protected cause: unknown;
  /** The last stream that the other side has opened. */
  protected lastPeerStream = 0;
  protected connected = false;
  readonly #lingers: boolean;
  #unreadAnswers = 0;

  /** With `lingers` it waits for the other side to read what it was told before the connection ends. */
  constructor(socket: Socket, { lingers }: { lingers: boolean }) {
    this.socket = socket;
    this.output = new Output(socket);
    this.#lingers = lingers;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", () => this.#onDrain());
    socket.on("end", () => this.#onEnd());
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.#onClose());
  }

  destroy(cause?: unknown): void {
    this.#end(cause, ErrorCode.NO_ERROR);
  }

  /** Bytes have arrived. Throws a ConnectionError for those that may not. */
  protected abstract onInput(chunk: Buffer): void;
  /** The socket takes bytes again. */
  protected abstract onRoom(): void;
  /** It is gone, for this reason if there is one. */
  protected abstract onGone(cause: unknown): void;

  /** The socket is connected. */
  protected begin(): void {
    this.connected = true;
    this.peer = addressOf(this.socket);
  }

  /** GOAWAY (RFC 9113 §6.8), with which we say that we take no new streams. */
  protected sayGoaway(code: number, debug: string): void {
    writeGoaway(this.output, { lastId: this.lastPeerStream, code, debug });
  }

  /** Something is about to be sent because the other side asked for it. */
  protected answer(): void {
    if (this.output.congested && ++this.#unreadAnswers > maxUnreadAnswers)
      throw new ConnectionError("ENHANCE_YOUR_CALM", "frames ask for answers that nobody reads");
  }

  /** Ends it in good order, after what was written. */
  protected finish(): void {
    if (this.closed) return;
    this.output.flush();
    this.#linger();
  }

  #read(chunk: Buffer): void {
    if (this.closed) return;
    // Whoever reads no answers gets to ask nothing more.
    if (this.output.stuck) this.socket.pause();
    try {
      this.onInput(chunk);
    } catch (error) {
      if (error instanceof ConnectionError) this.#end(error, error.code, error.message);
      else {
        // Of whoever handles a stream. The rest of the chunk is lost, and with it the connection.
        this.#end(error, ErrorCode.INTERNAL_ERROR);
        throw error;
      }
    }
  }

  #onDrain(): void {
    this.#unreadAnswers = 0;
    if (this.socket.isPaused()) this.socket.resume();
    this.output.drained();
    this.onRoom();
  }

  // The other side says no more, and hears no more either: whatever was open is lost.
  #onEnd(): void {
    if (this.closed) return;
    this.output.flush();
    this.#close();
  }

  #end(cause: unknown, code: number, debug = ""): void {
    if (this.closed) return;
    this.cause ??= cause;
    if (this.connected) {
      this.sayGoaway(code, debug);
      this.output.flush();
    }
    if (this.#lingers && code !== ErrorCode.NO_ERROR) this.#linger();
    else this.#close();
  }

  #close(): void {
    this.closed = true;
    this.output.close();
    // What was written may still leave; a dead peer gets no more time than that.
    setImmediate(destroySocket, this.socket);
  }

  // With unread input the kernel would cut the connection, and the other side might lose what it was told last.
  #linger(): void {
    this.closed = true;
    this.output.close();
    this.socket.end();
    setTimeout(destroySocket, lingerMs, this.socket).unref();
  }

  #onClose(): void {
    this.closed = true;
    this.output.close();
    this.onGone(this.cause);
  }
}

function destroySocket(socket: Socket): void {
  socket.destroy();
}
