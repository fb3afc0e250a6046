import type { Socket } from "node:net";
import type { Message } from "@bufbuild/protobuf";
import { type Handler, KratosError } from "@kratos-ts/core";
import type { WebSocket } from "ws";
import { type ActivityTimer, activityTimer } from "../../stream/activity-timer.ts";
import { errorText } from "../../stream/go-error-text.ts";
import { leave } from "../../stream/leave.ts";
import { MessageQueue } from "../../stream/message-queue.ts";
import { SocketSender } from "../../stream/socket-sender.ts";
import { canceledError, idleError } from "../../stream/stream-errors.ts";
import {
  CloseCode,
  errorFrame,
  fitsCloseReason,
  isNormalClose,
  readControlFrame,
} from "../../stream/websocket-frames.ts";
import type { HttpCall } from "../http-call.ts";
import { mustStream } from "./stream-reply.ts";

export interface WebSocketStreamInit {
  readonly ws: WebSocket;
  readonly socket: Socket;
  /** Makes a request message of a frame. */
  read(frame: Uint8Array): Message;
  write(reply: unknown): string | Uint8Array;
  /** Whether the handler gives an AsyncIterable of replies, and not one. */
  readonly repliesStream: boolean;
}

// How long a connection that ends without a close frame stays open for the other side to read the error before it.
const lingerMs = 2000;

/** One client-streaming or bidirectional call on its WebSocket. */
export class WebSocketStream {
  readonly #call: HttpCall;
  readonly #init: WebSocketStreamInit;
  readonly #sender: SocketSender;
  readonly #idle: ActivityTimer | undefined;
  readonly #requests: MessageQueue<Uint8Array, Message>;
  #replies: AsyncIterator<unknown> | undefined = undefined;
  /** The last frame has been sent, or nobody is there to read one. */
  #over = false;
  #settled = false;
  #disconnected = false;

  constructor(call: HttpCall, init: WebSocketStreamInit) {
    const { ws, socket } = init;
    const { streamKeepAliveMs, streamIdleTimeoutMs } = call.core.options;
    this.#call = call;
    this.#init = init;
    this.#sender = new SocketSender(ws, socket, streamKeepAliveMs);
    this.#idle = activityTimer(streamIdleTimeoutMs, () => call.context.cancel(idleError(streamIdleTimeoutMs)));
    const source = { pause: () => ws.pause(), resume: () => ws.resume(), cancel: ignore };
    this.#requests = new MessageQueue({ source, read: (frame) => this.#read(frame) });
    // The request is complete, though node does not say so of one that it has handed over.
    call.request.complete = true;
    call.upgraded = true;
    call.claim();
    ws.on("message", (data) => this.#receive(data as Buffer));
    ws.on("close", (code) => this.#closed(code));
    // What it is about is said by the close that follows.
    ws.on("error", (error) => this.#broken(error));
  }

  run(handler: Handler): void {
    const { context } = this.#call;
    context.onCancel((reason) => this.#cut(reason));
    if (this.#over) return;
    Promise.resolve(handler(this.#requests, context))
      .then((reply) => (this.#init.repliesStream ? this.#pump(reply) : this.#reply(reply)))
      .catch((error: unknown) => this.#fail(error))
      .then(() => {
        this.#settled = true;
        this.#release();
      });
  }

  #receive(data: Buffer): void {
    if (this.#over) return;
    this.#sender.heard();
    this.#idle?.touch();
    const control = readControlFrame(data);
    // Not a Buffer: the fields of messages may be made of it.
    if (control === undefined) this.#requests.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    else if (control === "end") this.#requests.end();
    else this.#requests.fail(control);
  }

  #read(frame: Uint8Array): Message {
    // A handler that is behind is not idle.
    this.#idle?.touch();
    return this.#init.read(frame);
  }

  async #pump(reply: unknown): Promise<void> {
    const replies = mustStream(reply, this.#call.operation)[Symbol.asyncIterator]();
    this.#replies = replies;
    while (true) {
      if (this.#over) {
        leave(replies);
        return;
      }
      const { done, value } = await replies.next();
      if (this.#over) return;
      if (done) {
        this.#finish(CloseCode.normal, "");
        return;
      }
      this.#idle?.touch();
      const full = this.#sender.send(this.#init.write(value));
      if (full !== undefined) await full;
    }
  }

  #reply(reply: unknown): void {
    if (this.#over) return;
    if (typeof reply !== "object" || reply === null)
      throw new KratosError({ message: `${this.#call.operation} gave ${reply} for a reply, not a message` });
    this.#sender.send(this.#init.write(reply));
    this.#finish(CloseCode.normal, "");
  }

  /** The handler, or the encoding of what it gave, has failed. */
  #fail(error: unknown): void {
    if (this.#over) {
      this.#call.failedLate(error);
      return;
    }
    leave(this.#replies);
    this.#finishWith(error, CloseCode.failed);
  }

  /** The call was cancelled: the caller is gone, the server stops, or time ran out. */
  #cut(reason: unknown): void {
    leave(this.#replies);
    this.#requests.abort(reason);
    if (this.#over) return;
    const { core } = this.#call;
    const stops = core.stopping && KratosError.find(reason)?.code === 503;
    this.#finishWith(reason, stops ? CloseCode.goingAway : CloseCode.failed);
  }

  #finishWith(error: unknown, code: number): void {
    const text = errorText(error);
    this.#sender.send(errorFrame(text));
    const reason = code === CloseCode.failed ? text : "the server is shutting down";
    if (fitsCloseReason(reason)) this.#finish(code, reason);
    else this.#endWithoutClose();
  }

  #finish(code: number, reason: string): void {
    this.#stop();
    this.#init.ws.close(code, reason);
  }

  // As Go does it: whoever reads has the whole text in the frame before.
  #endWithoutClose(): void {
    const { ws, socket } = this.#init;
    this.#stop();
    socket.end();
    const timer = setTimeout(() => ws.terminate(), lingerMs);
    ws.on("close", () => clearTimeout(timer));
  }

  #stop(): void {
    this.#over = true;
    this.#idle?.stop();
    // What still comes is dropped, up to the close frame.
    this.#requests.discard();
  }

  #broken(error: Error): void {
    const tooLarge = (error as { code?: string }).code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    const limit = this.#call.core.options.maxBodyBytes;
    const message = tooLarge
      ? `a message is larger than ${limit} bytes, the limit of this server (option maxBodyBytes)`
      : `a frame can't be read: ${error.message}`;
    const [code, reason] = tooLarge ? [413, "BODY_TOO_LARGE"] : [400, "MALFORMED_REQUEST"];
    this.#requests.fail(new KratosError({ code, reason, message, cause: error }));
  }

  /** The connection is closed. */
  #closed(code: number): void {
    const call = this.#call;
    const wasOver = this.#over;
    this.#over = true;
    this.#idle?.stop();
    if (!wasOver && isNormalClose(code)) this.#left();
    else if (!wasOver) {
      this.#requests.abort(canceledError());
      call.context.cancel();
    }
    this.#disconnected = true;
    this.#release();
  }

  #release(): void {
    const call = this.#call;
    if (this.#disconnected && (this.#settled || call.context.cancelled)) call.end();
  }

  /** The caller has closed: it has said all that it wanted to, and hears no reply. */
  #left(): void {
    this.#requests.end();
    // A handler that only listens gets to the end of what was said; one that replies has nobody to reply to.
    if (!this.#init.repliesStream) return;
    leave(this.#replies);
    this.#call.context.cancel();
  }
}

function ignore(): void {}
