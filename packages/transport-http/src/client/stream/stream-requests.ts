import type { DescMethodStreaming, Message } from "@bufbuild/protobuf";
import { type Context, KratosError } from "@kratos-ts/core";
import { leave } from "../../stream/leave.ts";
import { cancellationError } from "../connection-error.ts";
import { messageOf } from "../method-plan.ts";
import { followContext } from "./follow-context.ts";

/** What the chain gets for a request: the one message of a server-streaming call, or an AsyncIterable of messages. */
export async function requestOf(method: DescMethodStreaming, input: AsyncIterable<unknown>): Promise<unknown> {
  if (method.methodKind !== "server_streaming") return new Messages(method, input);
  const iterator = input[Symbol.asyncIterator]();
  const { done, value } = await iterator.next();
  if (done)
    throw new KratosError({ code: 400, reason: "CODEC", message: `${method.name} takes one request, not none` });
  leave(iterator);
  return messageOf(method.input, value);
}

/** Messages of what may be inits of them. */
class Messages implements AsyncIterable<Message> {
  readonly #method: DescMethodStreaming;
  readonly #input: AsyncIterable<unknown>;

  constructor(method: DescMethodStreaming, input: AsyncIterable<unknown>) {
    this.#method = method;
    this.#input = input;
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    const { input: type } = this.#method;
    const iterator = this.#input[Symbol.asyncIterator]();
    const toMessage = ({ done, value }: IteratorResult<unknown>): IteratorResult<Message> =>
      done ? { done: true, value: undefined } : { done: false, value: messageOf(type, value) };
    return {
      next: () => iterator.next().then(toMessage),
      return: async () => {
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    };
  }
}

/** The requests that the chain passed on. Throws a KratosError 400 when there can be none. */
export function iterate(requests: unknown, name: string): AsyncIterator<unknown> {
  const iterator = (requests as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator]?.();
  if (iterator !== undefined) return iterator;
  throw new KratosError({ code: 400, reason: "CODEC", message: `${name} takes an AsyncIterable of requests` });
}

/** The first request, unless the call is cancelled before there is one. */
export function firstOf(iterator: AsyncIterator<unknown>, context: Context): Promise<IteratorResult<unknown>> {
  return new Promise((resolve, reject) => {
    const unfollow = followContext(context, (reason) => {
      leave(iterator);
      reject(cancellationError(reason));
    });
    Promise.resolve(iterator.next())
      .then(resolve, reject)
      .finally(() => unfollow());
  });
}
