import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Message } from "@bufbuild/protobuf";
import { HeaderList, KratosError } from "@kratos-ts/core";
import type { WebSocket } from "ws";
import { errorText } from "../../stream/go-error-text.ts";
import { leave } from "../../stream/leave.ts";
import { MessageQueue } from "../../stream/message-queue.ts";
import { SocketSender } from "../../stream/socket-sender.ts";
import {
  CloseCode,
  endFrame,
  errorFrame,
  errorOfClose,
  fitsCloseReason,
  readControlFrame,
} from "../../stream/websocket-frames.ts";
import type { SentRequest } from "../client-transporter.ts";
import { connectionError } from "../connection-error.ts";
import type { Peer } from "../peers.ts";
import { collectError } from "./collect-error.ts";
import { StreamLife } from "./open-streams.ts";
import { connectTimeout } from "./peer-place.ts";
import { replyHeaderOf } from "./reply-header.ts";
import type { StreamCall } from "./stream-call.ts";
import type { WebSocketPlan } from "./websocket-plan.ts";

export interface WebSocketStreamInit {
  readonly plan: WebSocketPlan;
  readonly path: string;
  /** Connecting. */
  readonly ws: WebSocket;
  readonly requests: AsyncIterator<unknown>;
}

/** A client-streaming or bidirectional call on its WebSocket. */
export class WebSocketStream implements SentRequest {
  readonly peer: Peer;
  readonly path: string;
  readonly replies: MessageQueue<Uint8Array, Message>;
  /** Settles when the handshake is done; rejects with the server's refusal, or when there is no connection. */
  readonly opened: Promise<void>;
  replyHeader: HeaderList = new HeaderList();
  readonly replyTrailer: HeaderList = new HeaderList();
  readonly #call: StreamCall;
  readonly #init: WebSocketStreamInit;
  readonly #life: StreamLife;
  #sender: SocketSender | undefined = undefined;
  #socket: Socket | undefined = undefined;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(call: StreamCall, init: WebSocketStreamInit) {
    const { ws } = init;
    this.#call = call;
    this.#init = init;
    this.peer = call.peer;
    this.path = init.path;
    this.opened = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who waits for the handshake may have left before it failed.
    this.opened.catch(ignore);
    const source = {
      pause: () => ws.pause(),
      resume: () => ws.resume(),
      cancel: (error: unknown) => this.#leave(error),
    };
    this.replies = new MessageQueue({ source, read: (frame: Uint8Array) => this.#read(frame) });
    ws.on("upgrade", (response) => {
      this.replyHeader = replyHeaderOf(response.rawHeaders);
      this.#socket = response.socket;
    });
    ws.on("unexpected-response", (request, response) => {
      this.#refused(response).finally(() => request.destroy());
    });
    ws.on("open", () => this.#open());
    ws.on("message", (data) => this.#receive(data as Buffer));
    ws.on("close", (code, reason) => this.#closed(code, reason.toString()));
    ws.on("error", (error) => this.#broken(error));
    this.#life = new StreamLife(call, (error) => this.#cut(error));
  }

  /** Sends the requests, of which the first may have been taken already. */
  async send(
    first: IteratorResult<unknown> | undefined,
    encode: (request: unknown) => string | Uint8Array,
  ): Promise<void> {
    const { requests, ws } = this.#init;
    const life = this.#life;
    try {
      let result = first ?? (await requests.next());
      while (!result.done) {
        if (life.over) break;
        life.touch();
        const full = (this.#sender as SocketSender).send(encode(result.value));
        if (full !== undefined) await full;
        if (life.over) break;
        result = await requests.next();
      }
      if (!life.over) ws.send(endFrame);
      else if (!result.done) leave(requests);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** The one reply of a client-streaming call. */
  async single(): Promise<Message> {
    const { done, value } = await this.replies.next();
    if (done) {
      const message = `${this.#call.transporter.operation} ended without a reply`;
      throw new KratosError({ code: 500, message });
    }
    this.#end(CloseCode.normal);
    return value;
  }

  #read(frame: Uint8Array): Message {
    // A reader that is behind is not idle.
    this.#life.touch();
    return this.#init.plan.decode(frame);
  }

  #open(): void {
    const { keepAliveMs } = this.#call.settings;
    this.#sender = new SocketSender(this.#init.ws, this.#socket as Socket, keepAliveMs);
    this.#resolve();
  }

  #receive(data: Buffer): void {
    if (this.#life.over) return;
    this.#sender?.heard();
    this.#life.touch();
    const control = readControlFrame(data);
    if (control === undefined) this.replies.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    else if (control === "end") this.#end(CloseCode.normal);
    else {
      this.replies.fail(control);
      this.#end(CloseCode.normal, control);
    }
  }

  /** The stream is over, in good order: the server is told, and gets the time to answer that. */
  #end(code: number, error?: unknown, reason?: string): void {
    const { ws, requests } = this.#init;
    if (!this.#life.end(error)) return;
    this.replies.end();
    leave(requests);
    // What still comes is dropped, up to the close frame.
    ws.resume();
    ws.close(code, reason);
  }

  #closed(code: number, reason: string): void {
    const error = errorOfClose(code, reason);
    if (!this.#life.end(error)) return;
    leave(this.#init.requests);
    if (error === undefined) this.replies.end();
    else this.replies.fail(error);
    this.#reject(error);
  }

  async #refused(response: IncomingMessage): Promise<void> {
    const { decodeError } = this.#call.settings;
    response.on("error", ignore);
    this.replyHeader = replyHeaderOf(response.rawHeaders);
    this.#fail(await collectError(response, { maxBodyBytes: this.peer.maxBodyBytes, decodeError }));
  }

  #broken(error: Error): void {
    const { name, maxBodyBytes } = this.peer;
    const { code = "" } = error as { code?: string };
    if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") {
      const message = `a message of ${name} is larger than maxBodyBytes (${maxBodyBytes})`;
      this.#fail(new KratosError({ code: 429, message, cause: error }));
    } else if (code.startsWith("WS_ERR_")) {
      const message = `${name} sent a frame that can't be read: ${error.message}`;
      this.#fail(new KratosError({ code: 500, message, cause: error }));
    } else {
      const late = error.message === "Opening handshake has timed out";
      this.#fail(connectionError(late ? connectTimeout() : error, this.peer));
    }
  }

  #fail(error: KratosError): void {
    if (!this.#life.end(error)) return;
    leave(this.#init.requests);
    this.#reject(error);
    this.replies.fail(error);
  }

  /** The requests have failed, so that the call can't go on. */
  #giveUp(thrown: unknown): void {
    if (this.#life.over) return;
    const error = KratosError.from(thrown);
    const text = errorText(thrown);
    this.replies.abort(error);
    this.#sender?.send(errorFrame(text));
    this.#end(CloseCode.failed, error, fitsCloseReason(text) ? text : undefined);
  }

  #cut(error: KratosError): void {
    this.#reject(error);
    this.replies.abort(error);
    this.#leave(error);
  }

  /** Nobody reads on: there is no gentle way to say so. */
  #leave(error: unknown): void {
    this.#life?.end(error);
    leave(this.#init.requests);
    this.#init.ws.terminate();
  }
}

function ignore(): void {}
