import { CallContext, type Context } from "@kratos-ts/core";

export interface LimitedOptions<T> {
  /** What the step is, for the error. */
  readonly what: string;
  readonly parent: Context;
  /** 0: no limit. */
  readonly ms: number;
  /** The name of the option that `ms` comes from. */
  readonly option: string;
  /** Undoes a step that succeeded after it was given up. */
  readonly undo?: ((result: T) => unknown) | undefined;
}

/** Runs one step in a context of its own, and rejects when its time is over even if the step never ends. */
export function limited<T>(step: (ctx: Context) => T | Promise<T>, options: LimitedOptions<T>): Promise<T> {
  const { what, parent, ms, option, undo } = options;
  const ctx = new CallContext({ parent, timeoutMs: ms === 0 ? undefined : ms });
  const working = attempt(step, ctx);
  return new Promise((resolve, reject) => {
    let late = false;
    const giveUp = (): void => {
      late = true;
      const error = new Error(`${what} did not end within ${ms} ms; ${option} sets the limit`);
      ctx.cancel(error);
      reject(error);
    };
    // A timer of its own: the context's deadline neither keeps the process alive nor is exact.
    const timer = ms === 0 ? undefined : setTimeout(giveUp, ms);
    const settle = (): void => {
      clearTimeout(timer);
      ctx.end();
    };
    working.then((result) => (late ? undo?.(result) : resolve(result)), reject).then(settle, settle);
  });
}

// As an async function, so that a step that throws rejects.
async function attempt<T>(step: (ctx: Context) => T | Promise<T>, ctx: Context): Promise<T> {
  return step(ctx);
}
