import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { type CallContext, KratosError } from "@kratos-ts/core";
import { messageOf } from "../message-codec.ts";
import { unwatchReader, watchReader } from "./abandoned-readers.ts";

/** The request stream as middleware sees it: messages, whatever the caller yields. */
export class RequestMessages<I extends DescMessage> implements AsyncIterable<unknown> {
  readonly #desc: I;
  readonly #inits: AsyncIterable<MessageInitShape<I>>;

  constructor(desc: I, inits: AsyncIterable<MessageInitShape<I>>) {
    this.#desc = desc;
    this.#inits = inits;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    const iterator = this.#inits[Symbol.asyncIterator]();
    const toMessage = (next: IteratorResult<MessageInitShape<I>>): IteratorResult<unknown> =>
      next.done ? next : { done: false, value: messageOf(this.#desc, next.value) };
    const messages: AsyncIterator<unknown> = { next: async () => toMessage(await iterator.next()) };
    if (iterator.return !== undefined) messages.return = (value) => iterator.return!(value);
    return messages;
  }
}

/** The one message of a server stream's request. Throws a KratosError 501 when there is none, or more than one. */
export async function onlyMessage<I extends DescMessage>(
  desc: I,
  inits: AsyncIterable<MessageInitShape<I>>,
): Promise<unknown> {
  let found: unknown;
  for await (const init of inits) {
    if (found !== undefined) throw wrongCount("more than one message");
    found = messageOf(desc, init);
  }
  if (found === undefined) throw wrongCount("no message");
  return found;
}

function wrongCount(what: string): KratosError {
  return new KratosError({ code: 501, message: `a server stream takes one request message; there was ${what}` });
}

export interface RepliesOptions {
  readonly replies: AsyncIterable<unknown>;
  readonly call: CallContext;
  /** Whether they come from the wire as they are, which ends the call and throws KratosErrors by itself. */
  readonly bare: boolean;
}

/**
 * The replies as their reader sees them. Nothing of the call refers to it, so that it is collected, and the call
 * cancelled, when its reader has gone without a word.
 */
export class ReplyMessages implements AsyncIterableIterator<unknown> {
  readonly #replies: AsyncIterator<unknown>;
  readonly #call: CallContext;
  readonly #bare: boolean;

  constructor({ replies, call, bare }: RepliesOptions) {
    this.#replies = replies[Symbol.asyncIterator]();
    this.#call = call;
    this.#bare = bare;
    watchReader(this, call);
  }

  next(): Promise<IteratorResult<unknown>> {
    return this.#bare ? this.#replies.next() : this.#next();
  }

  async return(value?: unknown): Promise<IteratorResult<unknown>> {
    try {
      await this.#replies.return?.(value);
    } finally {
      this.#leave();
    }
    return { done: true, value };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<unknown>> {
    try {
      const next = await this.#replies.next();
      if (next.done) {
        unwatchReader(this.#call);
        this.#call.end();
      }
      return next;
    } catch (error) {
      this.#leave();
      throw KratosError.from(error);
    }
  }

  // What middleware has left running ends as well.
  #leave(): void {
    unwatchReader(this.#call);
    this.#call.cancel();
  }
}
