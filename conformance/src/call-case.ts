// One case of the suite as a call of the client under test, of whatever kind its method is.
import { setTimeout as delay } from "node:timers/promises";
import { create, type DescMethod, fromBinary, type Message } from "@bufbuild/protobuf";
import { type CallOptions, createClient, type Transport } from "@connectrpc/connect";
import { CallContext, runInContext } from "@kratos-ts/core";
import { errorMessage } from "./error-message.ts";
import {
  type ClientCompatRequest,
  type ClientResponseResult,
  ClientResponseResultSchema,
} from "./gen/connectrpc/conformance/v1/client_compat_pb.ts";
import { StreamType } from "./gen/connectrpc/conformance/v1/config_pb.ts";
import {
  type ConformancePayload,
  ConformancePayloadSchema,
  ConformanceService,
} from "./gen/connectrpc/conformance/v1/service_pb.ts";
import { type ReplyHeaders, replyHeadersKey } from "./reply-headers.ts";
import { appendHeaders, headerMessages } from "./wire-values.ts";

type Reply = Message & { payload?: ConformancePayload };
type Replies = AsyncIterable<Reply>;
type AnyCall = (request: Message | AsyncIterable<Message>, options: CallOptions) => Promise<Reply> | Replies;

/** Makes the call and says what came back; throws only when the case itself makes no sense. */
export async function callCase(request: ClientCompatRequest, transport: Transport): Promise<ClientResponseResult> {
  const method = methodOf(request);
  const client = createClient(ConformanceService, transport) as unknown as Record<string, AnyCall>;
  const call: AnyCall = (input, options) => client[method.localName]!(input, options);
  const messages = request.requestMessages.map((packed) => fromBinary(method.input, packed.value));
  const run = new CaseRun(request, messages);
  await run.make(call, method);
  return run.result;
}

function methodOf(request: ClientCompatRequest): DescMethod {
  const method = ConformanceService.methods.find(({ name }) => name === request.method);
  if (request.service !== ConformanceService.typeName || method === undefined)
    throw new Error(`no method ${request.service}/${request.method}`);
  return method;
}

class CaseRun {
  readonly result: ClientResponseResult = create(ClientResponseResultSchema);
  readonly #request: ClientCompatRequest;
  readonly #messages: Message[];
  readonly #abort = new AbortController();
  readonly #reply: ReplyHeaders = {};
  #sent = 0;
  // For streams of requests that end only when the client cancels, or that go on with each reply.
  #replyCame = Promise.withResolvers<void>();

  constructor(request: ClientCompatRequest, messages: Message[]) {
    this.#request = request;
    this.#messages = messages;
  }

  make(call: AnyCall, method: DescMethod): Promise<void> {
    return runInContext(new CallContext({}).with(replyHeadersKey, this.#reply), () => this.#make(call, method));
  }

  async #make(call: AnyCall, method: DescMethod): Promise<void> {
    const streamsIn = method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming";
    const streamsOut = method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
    try {
      if (!streamsIn) await delay(this.#request.requestDelayMs);
      const reply = call(streamsIn ? this.#requests(method) : this.#onlyMessage(), this.#options());
      if (!streamsIn) this.#closedSending();
      if (streamsOut) await this.#read(reply as Replies);
      else this.#keep((await reply) as Reply);
    } catch (error) {
      this.result.error = errorMessage(error);
    }
    const { header, trailer } = this.#reply;
    if (header !== undefined) this.result.responseHeaders.push(...headerMessages(header));
    if (trailer !== undefined) this.result.responseTrailers.push(...headerMessages(trailer));
    if (streamsIn) this.result.numUnsentRequests = this.#messages.length - this.#sent;
  }

  #options(): CallOptions {
    const headers = new Headers();
    appendHeaders(headers, this.#request.requestHeaders);
    return {
      headers,
      signal: this.#abort.signal,
      timeoutMs: this.#request.timeoutMs,
    };
  }

  #onlyMessage(): Message {
    const [message] = this.#messages;
    if (message === undefined || this.#messages.length > 1) throw new Error("expected one request message");
    return message;
  }

  async *#requests(method: DescMethod): AsyncGenerator<Message> {
    const fullDuplex = method.methodKind === "bidi_streaming" && this.#isFullDuplex();
    for (const message of this.#messages) {
      await delay(this.#request.requestDelayMs);
      const came = this.#replyCame.promise;
      this.#sent++;
      yield message;
      if (fullDuplex) await came;
    }
    const timing = this.#request.cancel?.cancelTiming;
    if (timing?.case === "beforeCloseSend") this.#abort.abort();
    else this.#closedSending();
  }

  #isFullDuplex(): boolean {
    return this.#request.streamType === StreamType.FULL_DUPLEX_BIDI_STREAM;
  }

  /** Cancels where the case wants it, some time after everything was sent. */
  #closedSending(): void {
    const cancel = this.#request.cancel;
    if (cancel === undefined) return;
    const timing = cancel.cancelTiming;
    if (timing.case === "afterNumResponses") return;
    const afterMs = timing.case === "afterCloseSendMs" ? timing.value : 0;
    setTimeout(() => this.#abort.abort(), afterMs);
  }

  async #read(replies: Replies): Promise<void> {
    const timing = this.#request.cancel?.cancelTiming;
    try {
      for await (const reply of replies) {
        this.#keep(reply);
        this.#nextRequest();
        if (timing?.case === "afterNumResponses" && this.result.payloads.length === timing.value) this.#abort.abort();
      }
    } finally {
      this.#nextRequest();
    }
  }

  #nextRequest(): void {
    this.#replyCame.resolve();
    this.#replyCame = Promise.withResolvers();
  }

  #keep({ payload }: Reply): void {
    this.result.payloads.push(payload ?? create(ConformancePayloadSchema));
  }
}
