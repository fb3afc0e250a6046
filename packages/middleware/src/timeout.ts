import type { CallContext, Middleware } from "@kratos-ts/core";
import { beforeEnd, limited } from "./limited-call.ts";
import { streamsReplies, streamsRequests } from "./method-kind.ts";

export interface TimeoutOptions {
  /** The limit of a call in ms; 0: none. Default 0. */
  timeoutMs?: number | undefined;
  /** Limits of single operations in ms, in the place of `timeoutMs`; 0: none. Default none. */
  operations?: Readonly<Record<string, number>> | undefined;
  /** Limits streams too, from their start to their end. Default false: a stream lives until somebody ends it. */
  streams?: boolean | undefined;
}

/**
 * Ends calls that take too long with 504 "context deadline exceeded", up to 10 ms late: the context within is cancelled
 * (and with it the calls made there), and the caller is answered at once, though the handler may not have noticed. It
 * only shortens: a deadline of the call that is earlier stays.
 *
 * Throws a `RangeError` for a limit that is no number of ms.
 */
export function timeout(options: TimeoutOptions): Middleware {
  const { timeoutMs = 0, operations = {}, streams = false } = options;
  checkLimit("timeoutMs", timeoutMs);
  const limits = new Map(Object.entries(operations));
  for (const [operation, ms] of limits) checkLimit(`operations[${JSON.stringify(operation)}]`, ms);
  return (next, info) => {
    const limitMs = limits.get(info.operation) ?? timeoutMs;
    const repliesStream = streamsReplies(info);
    if (limitMs === 0 || ((repliesStream || streamsRequests(info)) && !streams)) return next;
    return async (req, ctx) => {
      const call = limited(ctx, limitMs);
      let goesOn = false;
      try {
        const reply = await beforeEnd(next(req, call), call);
        goesOn = repliesStream;
        return repliesStream ? limitStream(reply, call) : reply;
      } finally {
        if (!goesOn) call.end();
      }
    };
  };
}

function checkLimit(name: string, ms: number): void {
  if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY))
    throw new RangeError(`timeout(): ${name} is ${ms}, but has to be a number of ms, 0 for none`);
}

function limitStream(stream: AsyncIterable<unknown>, call: CallContext): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = stream[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            const result = await beforeEnd(iterator.next(), call);
            if (result.done) call.end();
            return result;
          } catch (thrown) {
            call.end();
            // It may be busy still: then it ends as soon as it is not.
            iterator.return?.()?.catch(() => {});
            throw thrown;
          }
        },
        async return(value) {
          call.end();
          return (await iterator.return?.(value)) ?? { done: true, value };
        },
      };
    },
  };
}
