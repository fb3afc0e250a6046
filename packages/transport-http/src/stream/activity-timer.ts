/**
 * Tells when nothing has happened for a time, again and again until it is stopped. Activity costs no more than reading
 * the clock: the timer goes on, and looks when it is due. It does not keep the process alive.
 */
export class ActivityTimer {
  readonly #ms: number;
  readonly #onIdle: () => void;
  #last: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, onIdle: () => void) {
    this.#ms = ms;
    this.#onIdle = onIdle;
    this.#last = performance.now();
    this.#wait(ms);
  }

  /** Something has happened. */
  touch(): void {
    this.#last = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#due(), Math.min(ms, maxDelayMs));
    // A number in browsers.
    (this.#timer as { unref?(): void }).unref?.();
  }

  #due(): void {
    const left = this.#ms - (performance.now() - this.#last);
    if (left > 0.5) {
      this.#wait(left);
      return;
    }
    this.#last = performance.now();
    this.#wait(this.#ms);
    this.#onIdle();
  }
}

// Beyond, setTimeout would fire at once.
const maxDelayMs = 0x7fffffff;

/** A timer, or none for 0 ms. */
export function activityTimer(ms: number, onIdle: () => void): ActivityTimer | undefined {
  return ms > 0 ? new ActivityTimer(ms, onIdle) : undefined;
}
