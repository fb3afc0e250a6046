import type { CallInfo, Context, Handler } from "@kratos-ts/core";
import { streamsReplies } from "./method-kind.ts";
import { onCancel } from "./on-cancel.ts";

/** What a call threw. In an object, since anything can be thrown, undefined too. */
export interface Failure {
  readonly thrown: unknown;
}

/** Is told once that a call has ended, and how; undefined: well. */
export type Ended = (failure: Failure | undefined) => void;

/** Runs one call; `ended` is told before its caller is. */
export type TrackedHandler = (req: unknown, ctx: Context, ended: Ended) => Promise<unknown>;

/**
 * When a call has ended whose reply is a stream. `over`: with the stream. `replied`: with its first message, which is
 * as long as a call's length says something about the service, and not about how long its caller wants to listen.
 */
export type EndOf = "over" | "replied";

/** Makes of a handler one that tells when each call has ended, whether that is unary or a stream. */
export function tracked(next: Handler, info: CallInfo, until: EndOf): TrackedHandler {
  const streams = streamsReplies(info);
  return async (req, ctx, ended) => {
    let reply: unknown;
    try {
      reply = await next(req, ctx);
    } catch (thrown) {
      ended({ thrown });
      throw thrown;
    }
    if (streams) return watchStream(reply as AsyncIterable<unknown>, { ctx, ended, until });
    ended(undefined);
    return reply;
  };
}

interface Watch {
  readonly ctx: Context;
  readonly ended: Ended;
  readonly until: EndOf;
}

/** The same stream, telling its end. A stream that nobody reads ends when its call is cancelled. */
function watchStream(stream: AsyncIterable<unknown>, { ctx, ended, until }: Watch): AsyncIterable<unknown> {
  let over = false;
  let unfollow: (() => void) | undefined;
  const end = (failure?: Failure): void => {
    if (over) return;
    over = true;
    unfollow?.();
    ended(failure);
  };
  unfollow = onCancel(ctx, (thrown) => end({ thrown }));
  if (over) unfollow();
  return {
    [Symbol.asyncIterator]() {
      const iterator = stream[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            const result = await iterator.next();
            if (result.done || until === "replied") end();
            return result;
          } catch (thrown) {
            end({ thrown });
            throw thrown;
          }
        },
        async return(value) {
          end();
          return (await iterator.return?.(value)) ?? { done: true, value };
        },
      };
    },
  };
}
