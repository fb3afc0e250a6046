import type { Context } from "./context.ts";

export interface StartOptions {
  /** The parent of every call's context. */
  readonly context: Context;
  /** For a server that fails after it has started: its app stops with this error. */
  onFailure(error: unknown): void;
}

export interface StopOptions {
  /** When it aborts, what is still in flight is cut. Default: wait for it. */
  readonly signal?: AbortSignal | undefined;
}

/** Something with a life that an app starts and stops. */
export interface Server {
  /** Resolves once calls are accepted; rejects when it can't listen. */
  start(options: StartOptions): Promise<void>;
  /** Tells callers to go elsewhere (health NOT_SERVING) while calls are still served: the first step of a stop. */
  drain?(): void | Promise<void>;
  /** Refuses new work and resolves when what is in flight has ended. Does nothing when it is stopped already. */
  stop(options?: StopOptions): Promise<void>;
}

/** A server that others can call: its URLs are what gets registered. */
export interface Endpointer {
  /** Such as `grpc://10.0.0.1:9000`; known once the server has started. */
  endpoint(): string;
}
