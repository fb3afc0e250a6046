import { type AppInfo, appInfoKey, CallContext, type Context, type Server } from "@kratos-ts/core";
import type { ResolvedOptions } from "./options.ts";

/** The state of one app between start and stop: what has begun, and so has to be undone, and what went wrong. */
export class Life {
  readonly options: ResolvedOptions;
  /** What servers and hooks get: it has the app's info, and ends when all has stopped. */
  readonly context: Context;
  /** The context of the start, cancelled when a stop is asked for. */
  readonly starting: CallContext;
  /** Resolves when a stop is asked for. */
  readonly stopAsked: Promise<void>;
  /** The servers whose start was called. */
  readonly begun: Server[] = [];
  /** Whether the app serves and callers may have heard of it: the start came as far as after-start. */
  announced = false;
  registered = false;
  endpoints: readonly string[] = [];
  readonly #root = new CallContext({});
  readonly #errors: unknown[] = [];
  #stopping = false;
  #resolveStopAsked!: () => void;

  constructor(options: ResolvedOptions, info: AppInfo) {
    this.options = options;
    this.context = this.#root.with(appInfoKey, info);
    this.starting = new CallContext({ parent: this.context });
    this.stopAsked = new Promise((resolve) => {
      this.#resolveStopAsked = resolve;
    });
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Asks for a stop; only the first time counts. */
  askStop(reason: string): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.options.logger.info("app stopping", { reason });
    this.starting.cancel();
    this.#resolveStopAsked();
  }

  /** A failure of any step: the app stops, or goes on stopping. */
  fail(error: unknown): void {
    this.#errors.push(error);
    this.options.logger.error("app failed", { error });
    this.askStop("failure");
  }

  /** The end of it; throws the first of its failures. */
  end(): void {
    this.starting.end();
    this.#root.cancel(new Error("the app has stopped"));
    this.options.logger.info("app stopped");
    if (this.#errors.length > 0) throw this.#errors[0];
  }
}
