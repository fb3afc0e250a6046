import { type AppOptions, createApp } from "../src/index.ts";

/** A step that never ends. */
export const forever = (): Promise<never> => new Promise(() => {});

/** A step that fails. */
export const failing = (text: string) => (): Promise<never> => Promise.reject(new Error(text));

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

/** A hook of each kind that writes its kind down. */
export function noteHooks(log: string[]) {
  const note = (kind: string) => () => void log.push(kind);
  return {
    beforeStart: note("beforeStart"),
    afterStart: note("afterStart"),
    beforeStop: note("beforeStop"),
    afterStop: note("afterStop"),
  };
}

/** Runs an app until it has started, and stops it then. */
export async function runAndStop(options: AppOptions): Promise<void> {
  const { afterStart = [], ...hooks } = options.hooks ?? {};
  const last = () => void app.stop();
  await using app = createApp({
    signals: false,
    ...options,
    hooks: { ...hooks, afterStart: [afterStart, last].flat() },
  });
  await app.run();
}
