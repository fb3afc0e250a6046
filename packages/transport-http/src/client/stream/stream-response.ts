import type { DescMessage, DescMethodStreaming, DescService, MessageShape } from "@bufbuild/protobuf";
import type { StreamResponse } from "@connectrpc/connect";
import { KratosError } from "@kratos-ts/core";
import type { ClientContext } from "../call-context.ts";
import type { ClientTransporter } from "../client-transporter.ts";
import { messageOf } from "../method-plan.ts";
import { unwatchReader, watchReader } from "./abandoned-readers.ts";

export interface StreamResponseInit<I extends DescMessage, O extends DescMessage> {
  readonly method: DescMethodStreaming<I, O>;
  readonly transporter: ClientTransporter;
  readonly context: ClientContext;
  /** What the middleware gave back: an AsyncIterable, or of a client-streaming call one message. */
  readonly reply: unknown;
}

/** The replies of a stream as Connect's clients take them. */
export class HttpStreamResponse<I extends DescMessage, O extends DescMessage> implements StreamResponse<I, O> {
  readonly stream = true as const;
  readonly method: DescMethodStreaming<I, O>;
  readonly message: AsyncIterable<MessageShape<O>>;
  readonly #transporter: ClientTransporter;

  constructor({ method, transporter, context, reply }: StreamResponseInit<I, O>) {
    this.method = method;
    this.#transporter = transporter;
    this.message = new Replies(method.output, context, repliesOf(method, reply)) as AsyncIterable<MessageShape<O>>;
  }

  get service(): DescService {
    return this.method.parent;
  }
  get header(): Headers {
    return this.#transporter.replyHeader;
  }
  get trailer(): Headers {
    return this.#transporter.replyTrailer;
  }
}

function repliesOf({ methodKind, name }: DescMethodStreaming, reply: unknown): AsyncIterator<unknown> {
  if (methodKind === "client_streaming") return new One(reply);
  const replies = (reply as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator]?.();
  if (replies !== undefined) return replies;
  throw new KratosError({ message: `a middleware gave ${reply} for the replies of ${name}, not an AsyncIterable` });
}

/** One reply, as a stream of it. */
class One implements AsyncIterator<unknown> {
  readonly #value: unknown;
  #given = false;

  constructor(value: unknown) {
    this.#value = value;
  }

  async next(): Promise<IteratorResult<unknown>> {
    if (this.#given) return { done: true, value: undefined };
    this.#given = true;
    return { done: false, value: this.#value };
  }
}

/** Makes messages and errors what callers expect, and ends the call with its last reply. */
class Replies implements AsyncIterableIterator<unknown> {
  readonly #type: DescMessage;
  readonly #context: ClientContext;
  readonly #inner: AsyncIterator<unknown>;
  readonly #onNext = (result: IteratorResult<unknown>): IteratorResult<unknown> => {
    if (!result.done) return { done: false, value: messageOf(this.#type, result.value) };
    unwatchReader(this.#context);
    this.#context.end();
    return { done: true, value: undefined };
  };
  readonly #onError = (error: unknown): never => {
    // Whatever of it goes on: a middleware may have failed, not the stream.
    unwatchReader(this.#context);
    this.#context.cancel(error);
    throw KratosError.from(error);
  };

  constructor(type: DescMessage, context: ClientContext, inner: AsyncIterator<unknown>) {
    this.#type = type;
    this.#context = context;
    this.#inner = inner;
    watchReader(this, context);
  }

  next(): Promise<IteratorResult<unknown>> {
    return this.#inner.next().then(this.#onNext).catch(this.#onError);
  }

  async return(): Promise<IteratorResult<unknown>> {
    unwatchReader(this.#context);
    const left = this.#inner.return?.();
    this.#context.cancel();
    await left;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
