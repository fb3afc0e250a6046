import type { KratosError } from "@kratos-ts/core";
import { type ActivityTimer, activityTimer } from "../../stream/activity-timer.ts";
import { idleError } from "../../stream/stream-errors.ts";
import { cancellationError, closedError } from "../connection-error.ts";
import { followContext } from "./follow-context.ts";
import type { AnyStreamCall } from "./stream-call.ts";

/** The streams of a transport that have not ended. */
export class OpenStreams {
  readonly #open = new Set<StreamLife>();

  add(life: StreamLife): void {
    this.#open.add(life);
  }
  delete(life: StreamLife): void {
    this.#open.delete(life);
  }
  /** Ends each: the transport is closed. */
  close(): void {
    for (const life of this.#open) life.abort(closedError());
  }
}

/** One stream from its beginning to its end: cancelled, out of time, quiet for too long, or simply over. */
export class StreamLife {
  readonly #call: AnyStreamCall;
  readonly #cut: (error: KratosError) => void;
  readonly #idle: ActivityTimer | undefined;
  readonly #unfollow: () => void;
  #over = false;

  /** `cut` ends what is on the wire, and tells whoever waits for it. */
  constructor(call: AnyStreamCall, cut: (error: KratosError) => void) {
    const { idleMs, streams } = call.settings;
    this.#call = call;
    this.#cut = cut;
    streams.add(this);
    this.#idle = activityTimer(idleMs, () => this.abort(idleError(idleMs)));
    this.#unfollow = followContext(call.context, (reason) => this.abort(cancellationError(reason)));
  }

  get over(): boolean {
    return this.#over;
  }

  /** A message went either way. */
  touch(): void {
    this.#idle?.touch();
  }

  abort(error: KratosError): void {
    if (this.#over) return;
    this.end(error);
    this.#cut(error);
  }

  /** False when it had ended before. */
  end(error?: unknown): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#idle?.stop();
    // Not there yet when the call was cancelled before it began.
    this.#unfollow?.();
    this.#call.settings.streams.delete(this);
    this.#call.onEnd(error);
    return true;
  }
}
