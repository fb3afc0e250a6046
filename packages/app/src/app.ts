import { randomUUID } from "node:crypto";
import { type AppInfo, appInfoKey, currentContext } from "@kratos-ts/core";
import { Life } from "./life.ts";
import { type AppOptions, resolveOptions } from "./options.ts";
import { watchSignals } from "./signals.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";

/** A service with a life: it starts once and stops once. Disposing stops it. */
export interface App extends AsyncDisposable {
  /** What the app says of itself; servers and hooks find it in their context under `appInfoKey`. */
  readonly info: AppInfo;
  /**
   * Starts, serves, and resolves when the app has stopped; rejects with the first error of any step, once all of the
   * stop is done. Rejects at once when it was called before. An app that was stopped before does not start.
   */
  run(): Promise<void>;
  /**
   * Stops the app and resolves when it has stopped; never rejects, as failures are what `run()` rejects with. It may be
   * called at any time and as often as you like. Called by the app's own hooks and handlers it resolves at once, since
   * the stop waits for them.
   */
  stop(): Promise<void>;
}

/**
 * Makes an app; `run()` starts it. Throws a `TypeError` or `RangeError` for options that can't work.
 *
 * Start: before-start hooks; every server listens; register; after-start hooks. Stop: before-stop hooks; health says
 * NOT_SERVING; deregister; grace; every server ends what is in flight and refuses new work; after-stop hooks. A failure
 * on the way skips no step of the stop.
 */
export function createApp(options: AppOptions = {}): App {
  return new KratosApp(options);
}

class KratosApp implements App {
  readonly info: AppInfo;
  readonly #life: Life;
  #running: Promise<void> | undefined;

  constructor(options: AppOptions) {
    const endpoints = (): readonly string[] => this.#life.endpoints;
    this.info = {
      id: options.id ?? randomUUID(),
      name: options.name ?? "",
      version: options.version ?? "",
      metadata: { ...options.metadata },
      get endpoints() {
        return endpoints();
      },
    };
    this.#life = new Life(resolveOptions(options), this.info);
  }

  run(): Promise<void> {
    if (this.#running !== undefined)
      return Promise.reject(new Error("run() was called before; an app runs once, so make another one to run again"));
    this.#running = live(this.#life);
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#life.askStop("stop()");
    const inside = currentContext()?.get(appInfoKey) === this.info;
    if (!inside) await this.#running?.catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** The whole life, from start to the end of stop. */
async function live(life: Life): Promise<void> {
  const { signal, signals } = life.options;
  const onAbort = (): void => life.askStop("signal aborted");
  if (signal?.aborted) onAbort();
  if (life.stopping) return;
  signal?.addEventListener("abort", onAbort, { once: true });
  const unwatch = watchSignals(signals, (name) => life.askStop(name));
  // Neither signal listeners nor promises keep a process alive.
  const keepAlive = setInterval(() => {}, 2 ** 31 - 1);
  try {
    await start(life);
    await life.stopAsked;
    await stop(life);
    life.end();
  } finally {
    clearInterval(keepAlive);
    unwatch();
    signal?.removeEventListener("abort", onAbort);
  }
}
