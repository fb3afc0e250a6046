import type { Message } from "@bufbuild/protobuf";
import { HeaderList, KratosError } from "@kratos-ts/core";
import type { SentRequest } from "../client/client-transporter.ts";
import { mergedHeaders } from "../client/request-headers.ts";
import { StreamLife } from "../client/stream/open-streams.ts";
import { planSse, type SsePlan } from "../client/stream/sse-plan.ts";
import { MessageQueue } from "../stream/message-queue.ts";
import { type SseEvent, SseEventTooLarge, SseReader } from "../stream/sse-reader.ts";
import type { FetchStreamCall } from "./fetch-carrier.ts";
import { fetchReply, headerListOf, readPiece, readWhole, statusOf, tooLarge } from "./fetch-reply.ts";
import type { FetchServer } from "./fetch-server.ts";

/** Makes a server-streaming call: its replies come as Server-Sent Events. Throws a KratosError. */
export async function callFetchSse(message: Message, call: FetchStreamCall): Promise<AsyncIterable<Message>> {
  const stream = new FetchSseStream(call, planSse(message, call));
  call.transporter.exchange = stream;
  await stream.opened;
  return stream.replies;
}

/** A server-streaming call: its request, and the replies as they come. */
class FetchSseStream implements SentRequest {
  readonly peer: FetchServer;
  readonly path: string;
  replyHeader: HeaderList = new HeaderList();
  readonly replyTrailer: HeaderList = new HeaderList();
  readonly replies: MessageQueue<Uint8Array, Message>;
  /** Settles when the reply has begun; rejects with the server's error, or when there is no reply. */
  readonly opened: Promise<void>;
  readonly #call: FetchStreamCall;
  readonly #plan: SsePlan;
  readonly #life: StreamLife;
  readonly #abort = new AbortController();
  readonly #events: SseReader;
  #open!: () => void;
  #reject!: (error: unknown) => void;
  /** While the reader takes no more: what goes on when it does. */
  #resume: (() => void) | undefined = undefined;

  constructor(call: FetchStreamCall, plan: SsePlan) {
    this.#call = call;
    this.#plan = plan;
    this.peer = call.peer;
    this.path = plan.path;
    this.opened = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.#reject = reject;
    });
    const source = {
      pause: ignore,
      resume: () => this.#resume?.(),
      cancel: (error: unknown) => this.#leave(error),
    };
    this.replies = new MessageQueue({ source, read: plan.decode });
    this.#events = new SseReader({ maxEventBytes: this.peer.maxBodyBytes, onEvent: (event) => this.#event(event) });
    this.#life = new StreamLife(call, (error) => this.#cut(error));
    if (!this.#life.over) this.#run().catch((error) => this.#fail(error));
  }

  async #run(): Promise<void> {
    const response = await this.#request();
    const reader = response.body?.getReader();
    this.#open();
    while (reader !== undefined && !this.#life.over) {
      if (this.replies.paused) await this.#untilResumed();
      const { done, value } = await readPiece(reader, this.peer);
      if (done) break;
      this.#read(value);
    }
    if (this.#life.end()) this.replies.end();
  }

  /** Throws the error of a reply outside of 200…299. */
  async #request(): Promise<Response> {
    const { transporter, settings } = this.#call;
    const headers = mergedHeaders(this.#plan.headers, transporter.ownHeader);
    const response = await fetchReply(this.peer, { ...this.#plan, headers, signal: this.#abort.signal });
    this.replyHeader = headerListOf(response);
    if (response.ok) return response;
    const body = await readWhole(response, this.peer);
    const value = (name: string): string | undefined => this.replyHeader.get(name) ?? undefined;
    const status = statusOf(response);
    throw settings.decodeError({ status, contentType: value("content-type"), location: value("location"), body });
  }

  #untilResumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  #read(chunk: Uint8Array): void {
    if (this.#life.over) return;
    try {
      this.#events.push(chunk);
    } catch (error) {
      throw error instanceof SseEventTooLarge ? tooLarge("message", this.peer) : error;
    }
  }

  #event({ name, data }: SseEvent): void {
    if (this.#life.over) return;
    this.#life.touch();
    if (name === "message") this.replies.push(data);
    else if (name === "error") this.#fail(this.#plan.decodeError(data));
  }

  /** The reader gets the error after what came before it. */
  #fail(thrown: unknown): void {
    const error = KratosError.from(thrown);
    if (!this.#life.end(error)) return;
    this.#reject(error);
    this.replies.fail(error);
    this.#stop();
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
    this.#abort.abort();
    this.#resume?.();
  }
}

function ignore(): void {}
