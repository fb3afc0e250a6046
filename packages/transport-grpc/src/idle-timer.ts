import { KratosError } from "@kratos-ts/core";

/** Tells, once, when nothing has been touched for so many ms; 0: never. It does not keep the process alive. */
export class IdleTimer {
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(idleMs: number, onIdle: (error: KratosError) => void) {
    if (idleMs > 0) this.#timer = setTimeout(() => onIdle(idleError(idleMs)), idleMs).unref();
  }

  touch(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function idleError(idleMs: number): KratosError {
  const message = `the stream was idle: no message in either direction for ${idleMs} ms (streamIdleTimeoutMs)`;
  return new KratosError({ code: 504, message });
}
