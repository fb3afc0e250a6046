import type { Context } from "@kratos-ts/core";
import { onCancel } from "./on-cancel.ts";

/** Calls `run` in `ms`, unless what it returns is called before. */
export type SetTimer = (run: () => void, ms: number) => () => void;

export const setTimer: SetTimer = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** Waits; rejects with the reason when the call is cancelled meanwhile. */
export function wait(ms: number, ctx: Context, timer: SetTimer): Promise<void> {
  return new Promise((resolve, reject) => {
    let unfollow: (() => void) | undefined;
    const cancel = timer(() => {
      unfollow?.();
      resolve();
    }, ms);
    unfollow = onCancel(ctx, (reason) => {
      cancel();
      reject(reason);
    });
  });
}
