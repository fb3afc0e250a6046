/** How a stream has ended: by itself, by being left by its reader, or by a throw. */
export type StreamEnd = { readonly how: "done" | "left" } | { readonly how: "broken"; readonly thrown: unknown };

export interface StreamObserver {
  /** Called for each message. */
  message(): void;
  /** Called once. */
  end?(end: StreamEnd): void;
}

/** The same stream, observed. */
export function observed<T>(stream: AsyncIterable<T>, { message, end }: StreamObserver): AsyncIterable<T> {
  let ended = end === undefined;
  const finish = (how: StreamEnd): void => {
    if (ended) return;
    ended = true;
    end?.(how);
  };
  const watch = async (step: Promise<IteratorResult<T>>): Promise<IteratorResult<T>> => {
    try {
      const result = await step;
      if (result.done) finish({ how: "done" });
      else message();
      return result;
    } catch (thrown) {
      finish({ how: "broken", thrown });
      throw thrown;
    }
  };
  return {
    [Symbol.asyncIterator]() {
      const iterator = stream[Symbol.asyncIterator]();
      const wrapped: AsyncIterator<T> = { next: (...args) => watch(iterator.next(...args)) };
      if (iterator.throw !== undefined) wrapped.throw = (error) => watch(iterator.throw!(error));
      wrapped.return = async (value) => {
        finish({ how: "left" });
        return iterator.return === undefined ? { done: true, value } : iterator.return(value);
      };
      return wrapped;
    },
  };
}
