import type { Socket } from "node:net";
import type { SendAgain } from "../exchange.ts";
import { openSocket, readBuffer } from "./open-socket.ts";
import type { Place } from "./place.ts";
import type { ReplyHead } from "./reply-head.ts";
import { ReplyReader } from "./reply-reader.ts";
import { WireError } from "./wire-error.ts";
import type { WireRequest } from "./wire-request.ts";
import { writeRequest } from "./write-request.ts";

/** What a connection tells the pool that made it. */
export interface ConnectionOwner {
  readonly place: Place;
  readonly connectTimeoutMs: number;
  readonly maxHeadBytes: number;
  /** The last TLS session; connections set it. */
  session: Buffer | undefined;
  onOpen(connection: Connection): void;
  /** The request that it carried has its end. */
  onDone(): void;
  /** It carries no request any more, and can carry another. */
  onFree(connection: Connection): void;
  /** It is no longer of use; called once, with the error when it was never open. */
  onGone(connection: Connection, error: Error | undefined): void;
}

/** One connection: it carries one request at a time, without pipelining. */
export class Connection {
  /** Until when it may be idle, in ms of `performance.now()`. The owner's own. */
  idleUntil = 0;
  /** How long the server said that it keeps it. */
  keptForMs: number | undefined = undefined;
  /** The request that it is made for. The owner's own. */
  wantedBy: WireRequest | undefined;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #reader: ReplyReader;
  #request: WireRequest | undefined = undefined;
  #isKept = false;
  /** Whether it has carried a request before the present one. */
  #isUsed = false;
  /** Whether the socket refused the present request at once. */
  #isRefused = false;
  /** Whether any of the present request's reply has come. */
  #hasReply = false;
  #isOpen = false;
  #isGone = false;

  constructor(owner: ConnectionOwner, wantedBy: WireRequest) {
    this.#owner = owner;
    this.wantedBy = wantedBy;
    this.#reader = new ReplyReader({
      maxHeadBytes: owner.maxHeadBytes,
      onHead: (head) => this.#onHead(head),
      onBody: (bytes) => this.#onBody(bytes),
    });
    this.#socket = openSocket({
      place: owner.place,
      timeoutMs: owner.connectTimeoutMs,
      session: owner.session,
      onRead: (size) => this.#onRead(size),
      onOpen: (error) => this.#onOpen(error),
    });
  }

  /** Sends a request; only when the connection is free. */
  send(request: WireRequest): void {
    this.#request = request;
    request.connection = this;
    this.#hasReply = false;
    this.#reader.expect(request.isHead);
    writeRequest(this.#socket, request);
    // The kernel knew already that the other end is gone: nothing has left.
    this.#isRefused = this.#socket.errored !== null;
  }

  /** Closes it at once; a request that it carries hears nothing more. */
  close(): void {
    this.#release();
    this.#leave(undefined);
  }

  /** Closes it, and fails the request that it carries. */
  fail(error: Error): void {
    const again = this.#sendAgain();
    const request = this.#release();
    this.#leave(error);
    request?.onFailure(error, again);
  }

  #release(): WireRequest | undefined {
    const request = this.#request;
    if (request === undefined) return undefined;
    this.#request = undefined;
    request.connection = undefined;
    this.#owner.onDone();
    return request;
  }

  #leave(error: Error | undefined): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#socket.destroy();
    this.#owner.onGone(this, this.#isOpen ? undefined : error);
  }

  #sendAgain(): SendAgain {
    if (this.#isRefused) return "always";
    return this.#isUsed && !this.#hasReply ? "idempotent" : "never";
  }

  #onOpen(error: Error | undefined): void {
    if (this.#isGone) return;
    if (error !== undefined) {
      this.#leave(error);
      return;
    }
    this.#isOpen = true;
    const socket = this.#socket;
    socket.on("error", (cause) => this.fail(cause));
    socket.on("end", () => this.#onEnd());
    socket.on("close", () => this.fail(new WireError("CLOSED_BY_PEER", "the connection was closed")));
    if (this.#owner.place.tls !== undefined)
      socket.on("session", (session: Buffer) => {
        this.#owner.session = session;
      });
    this.#owner.onOpen(this);
  }

  #onRead(size: number): void {
    if (this.#request === undefined) {
      // Nobody asked for it: the server's last word, or not HTTP at all.
      this.#leave(undefined);
      return;
    }
    this.#hasReply = true;
    try {
      if (this.#reader.read(readBuffer(), size)) this.#finish();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #onEnd(): void {
    if (this.#request === undefined) this.#leave(undefined);
    else {
      try {
        this.#reader.end();
        this.#finish();
      } catch (error) {
        this.fail(error as Error);
      }
    }
  }

  #finish(): void {
    const { trailers } = this.#reader;
    const request = this.#release();
    // It may have ended the connection itself while it took its reply.
    if (request === undefined) return;
    this.#isUsed = true;
    // A server that replies before it has read all may never read the rest.
    const isFree = this.#isKept && !this.#reader.hasExcess && this.#socket.writableLength === 0;
    if (isFree) this.#owner.onFree(this);
    else this.#leave(undefined);
    request.onEnd(trailers);
  }

  #onHead(head: ReplyHead): void {
    this.#isKept = head.isKept;
    this.keptForMs = head.keptForMs;
    this.#request?.onHead(head);
  }

  #onBody(bytes: Buffer): void {
    this.#request?.onBody(bytes);
  }
}
