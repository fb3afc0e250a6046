import type { Message } from "@bufbuild/protobuf";
import { HeaderList, KratosError } from "@kratos-ts/core";
import type { SentRequest } from "../client/client-transporter.ts";
import { StreamLife } from "../client/stream/open-streams.ts";
import { errorText } from "../stream/go-error-text.ts";
import { leave } from "../stream/leave.ts";
import { MessageQueue } from "../stream/message-queue.ts";
import { CloseCode, endFrame, errorFrame, errorOfClose, readControlFrame } from "../stream/websocket-frames.ts";
import type { FetchStreamCall } from "./fetch-carrier.ts";
import { tooLarge } from "./fetch-reply.ts";
import type { FetchServer } from "./fetch-server.ts";
import { untilSent } from "./until-sent.ts";

export interface WebSocketStreamInit {
  readonly path: string;
  /** Connecting. */
  readonly ws: WebSocket;
  readonly requests: AsyncIterator<unknown>;
  decode(frame: Uint8Array): Message;
}

// Pages may close with 1000 and codes of their own alone (WebSockets standard): no server takes this for a good end.
const leftCode = 4499;

// So much may wait for a slow reader, as multiple of the largest message: a page can't hold the sender.
const maxWaiting = 4;

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A client-streaming or bidirectional call on a WebSocket of the runtime. */
export class WebSocketStream implements SentRequest {
  readonly peer: FetchServer;
  readonly path: string;
  /** Pages do not get to see the headers of a handshake. */
  readonly replyHeader: HeaderList = new HeaderList();
  readonly replyTrailer: HeaderList = new HeaderList();
  readonly replies: MessageQueue<Uint8Array, Message>;
  /** Settles when the handshake is done; rejects when it fails. */
  readonly opened: Promise<void>;
  readonly #call: FetchStreamCall;
  readonly #ws: WebSocket;
  readonly #requests: AsyncIterator<unknown>;
  readonly #life: StreamLife;
  #waitingBytes = 0;
  #isOpen = false;
  #open!: () => void;
  #reject!: (error: unknown) => void;

  constructor(call: FetchStreamCall, { path, ws, requests, decode }: WebSocketStreamInit) {
    this.#call = call;
    this.peer = call.peer;
    this.path = path;
    this.#ws = ws;
    this.#requests = requests;
    this.opened = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.#reject = reject;
    });
    // Who waits for the handshake may have left before it failed.
    this.opened.catch(ignore);
    const source = { pause: ignore, resume: ignore, cancel: (error: unknown) => this.#leave(error) };
    const read = (frame: Uint8Array): Message => {
      this.#waitingBytes -= frame.length;
      return decode(frame);
    };
    this.replies = new MessageQueue({ source, read });
    ws.binaryType = "arraybuffer";
    ws.addEventListener("open", () => this.#onOpen());
    ws.addEventListener("message", ({ data }) => this.#receive(data));
    ws.addEventListener("close", ({ code, reason }) => this.#closed(code, reason));
    // Says nothing that the close event does not.
    ws.addEventListener("error", ignore);
    this.#life = new StreamLife(call, (error) => this.#cut(error));
  }

  /** Sends the requests, of which the first may have been taken already. */
  async send(
    first: IteratorResult<unknown> | undefined,
    encode: (request: unknown) => string | Uint8Array,
  ): Promise<void> {
    const requests = this.#requests;
    try {
      let result = first ?? (await requests.next());
      while (!result.done && !this.#life.over) {
        this.#life.touch();
        this.#ws.send(frameOf(encode(result.value)));
        await untilSent(this.#ws, () => this.#life.over);
        if (!this.#life.over) result = await requests.next();
      }
      if (!this.#life.over) this.#ws.send(endFrame);
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

  #onOpen(): void {
    this.#isOpen = true;
    this.#open();
  }

  #receive(data: string | ArrayBuffer): void {
    if (this.#life.over) return;
    this.#life.touch();
    const frame = typeof data === "string" ? encoder.encode(data) : new Uint8Array(data);
    const control = readControlFrame(frame);
    if (control === undefined) this.#take(frame);
    else if (control === "end") this.#end(CloseCode.normal);
    else {
      this.replies.fail(control);
      this.#end(CloseCode.normal, control);
    }
  }

  #take(frame: Uint8Array): void {
    const { maxBodyBytes, name } = this.peer;
    this.#waitingBytes += frame.length;
    if (frame.length > maxBodyBytes) this.#fail(tooLarge("message", this.peer));
    else if (this.#waitingBytes > maxWaiting * maxBodyBytes) {
      const message = `more than ${maxWaiting} × maxBodyBytes (${maxBodyBytes}) of ${name} wait to be read, and a WebSocket can't be held here`;
      this.#fail(new KratosError({ code: 429, message }));
    } else this.replies.push(frame);
  }

  /** The stream is over: the server is told. */
  #end(code: number, error?: unknown): void {
    if (!this.#life.end(error)) return;
    this.replies.end();
    leave(this.#requests);
    this.#ws.close(code);
  }

  #closed(code: number, reason: string): void {
    const error = this.#isOpen ? errorOfClose(code, reason) : this.#refused();
    if (!this.#life.end(error)) return;
    leave(this.#requests);
    this.#reject(error);
    if (error === undefined) this.replies.end();
    else this.replies.fail(error);
  }

  #refused(): KratosError {
    const message = `no WebSocket to ${this.peer.name}${this.path}: the server is not there or refused it, which is not told here`;
    return new KratosError({ code: 503, message });
  }

  #fail(error: KratosError): void {
    if (!this.#life.end(error)) return;
    this.replies.fail(error);
    this.#stop();
  }

  /** The requests have failed, so that the call can't go on. */
  #giveUp(thrown: unknown): void {
    if (this.#life.over) return;
    const error = KratosError.from(thrown);
    this.replies.abort(error);
    this.#ws.send(errorFrame(errorText(thrown)));
    this.#end(leftCode, error);
  }

  #cut(error: KratosError): void {
    this.#reject(error);
    this.replies.abort(error);
    this.#stop();
  }

  #leave(error: unknown): void {
    this.#life.end(error);
    this.#stop();
  }

  #stop(): void {
    leave(this.#requests);
    this.#ws.close(leftCode);
  }
}

// Kratos writes text frames; raw bytes may be none.
function frameOf(message: string | Uint8Array): string | Uint8Array<ArrayBuffer> {
  if (typeof message === "string") return message;
  try {
    return utf8.decode(message);
  } catch {
    return message as Uint8Array<ArrayBuffer>;
  }
}

function ignore(): void {}
