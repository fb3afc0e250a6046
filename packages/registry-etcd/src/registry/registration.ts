import type { Logger, ServiceInstance } from "@kratos-ts/core";
import type { Held, RegistryBackend } from "./backend.ts";
import { backoffMs, pause } from "./pause.ts";

/** One instance that is kept known: renewed three times within its time to live, and stored again when it was lost. */
export class Registration<H extends Held> {
  readonly #backend: RegistryBackend<H>;
  readonly #logger: Logger;
  #instance: ServiceInstance | undefined;
  #held: H | undefined;
  #keeping: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;

  constructor(backend: RegistryBackend<H>, logger: Logger) {
    this.#backend = backend;
    this.#logger = logger;
  }

  /** Stores the instance, in place of the one before. When that fails, the one before stays. */
  async set(instance: ServiceInstance, signal: AbortSignal): Promise<void> {
    await this.#stop();
    try {
      this.#held = await this.#backend.store(instance, { held: this.#held, signal });
      this.#instance = instance;
    } finally {
      if (this.#instance !== undefined) this.#start(this.#instance);
    }
  }

  /** Stops renewing, and removes the instance; one that can't be removed goes by itself in time. */
  async end(signal: AbortSignal): Promise<void> {
    await this.#stop();
    if (this.#held !== undefined) await this.#backend.remove(this.#held, signal);
  }

  async #stop(): Promise<void> {
    this.#keeping?.abort.abort();
    await this.#keeping?.done;
    this.#keeping = undefined;
  }

  #start(instance: ServiceInstance): void {
    const abort = new AbortController();
    this.#keeping = { abort, done: this.#keep(instance, abort.signal) };
  }

  async #keep(instance: ServiceInstance, signal: AbortSignal): Promise<void> {
    let failures = 0;
    for (;;) {
      const beatMs = (this.#held?.ttlMs ?? 1000) / 3;
      await pause(failures === 0 ? beatMs : backoffMs(failures, beatMs), signal);
      if (signal.aborted) return;
      try {
        await this.#beat(instance, signal);
        if (failures > 0) this.#log("info", instance, "the instance is registered again");
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        if (failures === 1) this.#log("warn", instance, "the instance could not be renewed, trying again", error);
      }
    }
  }

  async #beat(instance: ServiceInstance, signal: AbortSignal): Promise<void> {
    if (this.#held !== undefined && (await this.#backend.renew(this.#held, signal))) return;
    this.#log("warn", instance, "the registration was lost, storing it again");
    this.#held = await this.#backend.store(instance, { held: this.#held, signal });
  }

  #log(level: "info" | "warn", { name, id }: ServiceInstance, message: string, error?: unknown): void {
    this.#logger[level](message, {
      registry: this.#backend.name,
      service: name,
      id,
      ...(error !== undefined && { error }),
    });
  }
}
