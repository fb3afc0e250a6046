import type { ClientRequest, IncomingMessage } from "node:http";
import type { Message } from "@bufbuild/protobuf";
import { HeaderList, KratosError } from "@kratos-ts/core";
import { MessageQueue } from "../../stream/message-queue.ts";
import { type SseEvent, SseEventTooLarge, SseReader } from "../../stream/sse-reader.ts";
import type { SentRequest } from "../client-transporter.ts";
import { connectionError } from "../connection-error.ts";
import type { Peer } from "../peers.ts";
import { collectError } from "./collect-error.ts";
import { StreamLife } from "./open-streams.ts";
import { replyHeaderOf } from "./reply-header.ts";
import type { StreamCall } from "./stream-call.ts";

export interface SseStreamInit {
  readonly path: string;
  /** Starts the request. */
  request(): ClientRequest;
  readonly body: Uint8Array | string | null;
  decode(data: Uint8Array): Message;
  decodeError(data: Uint8Array): KratosError;
}

/** A server-streaming call: its request, and the replies as they come. */
export class SseStream implements SentRequest {
  readonly peer: Peer;
  readonly path: string;
  readonly replies: MessageQueue<Uint8Array, Message>;
  /** Settles when the reply has begun; rejects with the server's error, or when there is no reply. */
  readonly opened: Promise<void>;
  replyHeader: HeaderList = new HeaderList();
  readonly replyTrailer: HeaderList = new HeaderList();
  /** What the request failed with, on a connection that had been idle. */
  staleConnection = false;
  readonly #call: StreamCall;
  readonly #init: SseStreamInit;
  readonly #reader: SseReader;
  readonly #request: ClientRequest;
  readonly #life: StreamLife;
  #response: IncomingMessage | undefined = undefined;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(call: StreamCall, init: SseStreamInit) {
    this.#call = call;
    this.#init = init;
    this.peer = call.peer;
    this.path = init.path;
    this.opened = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.replies = new MessageQueue({
      source: {
        pause: () => this.#response?.pause(),
        resume: () => this.#response?.resume(),
        cancel: (error) => this.#close(error),
      },
      read: (data) => {
        // A reader that is behind is not idle.
        this.#life.touch();
        return init.decode(data);
      },
    });
    this.#reader = new SseReader({ maxEventBytes: this.peer.maxBodyBytes, onEvent: (event) => this.#event(event) });
    this.#request = init.request();
    this.#request.on("error", (error) => this.#broken(error));
    this.#request.on("response", (response) => this.#receive(response));
    this.#life = new StreamLife(call, (error) => this.#cut(error));
    if (!this.#life.over) this.#request.end(init.body ?? undefined);
  }

  #receive(response: IncomingMessage): void {
    const { statusCode = 0, rawHeaders } = response;
    this.#response = response;
    this.replyHeader = replyHeaderOf(rawHeaders);
    response.on("error", (error) => this.#broken(error));
    if (statusCode < 200 || statusCode > 299) {
      const { decodeError } = this.#call.settings;
      collectError(response, { maxBodyBytes: this.peer.maxBodyBytes, decodeError }).then((error) => this.#fail(error));
      return;
    }
    const encoding = response.headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      const message = `the reply has the content encoding ${encoding}, which was not asked for`;
      this.#fail(new KratosError({ code: 500, message }));
      return;
    }
    response.on("data", (chunk: Buffer) => this.#read(chunk));
    response.on("end", () => {
      if (this.#life.end()) this.replies.end();
    });
    this.#resolve();
  }

  #read(chunk: Buffer): void {
    if (this.#life.over) return;
    try {
      this.#reader.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    } catch (error) {
      if (!(error instanceof SseEventTooLarge)) throw error;
      const { name, maxBodyBytes } = this.peer;
      const message = `a message of ${name} is larger than maxBodyBytes (${maxBodyBytes})`;
      this.#fail(new KratosError({ code: 429, message }));
    }
  }

  #event({ name, data }: SseEvent): void {
    if (this.#life.over) return;
    this.#life.touch();
    if (name === "message") this.replies.push(data);
    else if (name === "error") this.#fail(this.#init.decodeError(data));
  }

  /** The reader gets the error after what came before it. */
  #fail(error: unknown): void {
    if (!this.#life.end(error)) return;
    this.#reject(error);
    this.replies.fail(error);
    this.#request.destroy();
  }

  #broken(error: Error): void {
    this.staleConnection = this.#request.reusedSocket && this.#response === undefined;
    const { code = "" } = error as { code?: string };
    const told = code.startsWith("HPE_") ? Object.assign(new Error(error.message), { code: "BAD_REPLY" }) : error;
    this.#fail(connectionError(told, this.peer));
  }

  #cut(error: KratosError): void {
    this.#reject(error);
    this.replies.abort(error);
    this.#request.destroy();
  }

  #close(error: unknown): void {
    this.#life.end(error);
    this.#request.destroy();
  }
}
