import type { Context } from "./context.ts";
import { runInContext } from "./current-context.ts";

/** The same stream, with `currentContext()` being `ctx` in its body: by itself a generator runs in its reader's context. */
export function streamInContext<T>(stream: AsyncIterable<T>, ctx: Context): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = runInContext(ctx, () => stream[Symbol.asyncIterator]());
      const bound: AsyncIterator<T> = { next: (...args) => runInContext(ctx, () => iterator.next(...args)) };
      if (iterator.return !== undefined) bound.return = (value) => runInContext(ctx, () => iterator.return!(value));
      if (iterator.throw !== undefined) bound.throw = (error) => runInContext(ctx, () => iterator.throw!(error));
      return bound;
    },
  };
}
