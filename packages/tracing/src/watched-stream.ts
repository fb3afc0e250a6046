import type { Context } from "@kratos-ts/core";
import { onCancel } from "./on-cancel.ts";

export interface StreamWatch {
  /** Called for each message. Default: nothing. */
  readonly message?: (() => void) | undefined;
  /** Called once, when the stream has ended, was left by its reader, or broke. Default: nothing. */
  end?(failure: { readonly thrown: unknown } | undefined): void;
  /** The call whose cancellation ends a stream that nobody reads. Default: none. */
  readonly ctx?: Context;
  /** Runs each step of the stream's body. Default: as it comes. */
  run?<T>(step: () => T): T;
}

/** The same stream, watched. */
export function watched<T>(stream: AsyncIterable<T>, watch: StreamWatch): AsyncIterable<T> {
  const { message, run = (step) => step() } = watch;
  const end = endOnce(watch);
  if (message === undefined && watch.end === undefined) return stream;
  const step = async (advance: () => Promise<IteratorResult<T>>): Promise<IteratorResult<T>> => {
    try {
      const result = await run(advance);
      if (result.done) end(undefined);
      else message?.();
      return result;
    } catch (thrown) {
      end({ thrown });
      throw thrown;
    }
  };
  return {
    [Symbol.asyncIterator]() {
      const iterator = run(() => stream[Symbol.asyncIterator]());
      const bound: AsyncIterator<T> = { next: (...args) => step(() => iterator.next(...args)) };
      if (iterator.throw !== undefined) bound.throw = (error) => step(() => iterator.throw!(error));
      bound.return = async (value) => {
        end(undefined);
        return iterator.return === undefined ? { done: true, value } : run(() => iterator.return!(value));
      };
      return bound;
    },
  };
}

/** Tells the end once: by the stream, or by the end of its call. */
function endOnce({ ctx, end }: StreamWatch): NonNullable<StreamWatch["end"]> {
  if (end === undefined) return () => {};
  let over = false;
  let unfollow: (() => void) | undefined;
  const finish: NonNullable<StreamWatch["end"]> = (failure) => {
    if (over) return;
    over = true;
    unfollow?.();
    end(failure);
  };
  if (ctx !== undefined) unfollow = onCancel(ctx, (thrown) => finish({ thrown }));
  return finish;
}
