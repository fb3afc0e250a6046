// What is urgent may take this share of the time.
const urgentShare = 0.05;

/** Runs a task at once when asked, but not more often than once in an interval; and at a later time on request. */
export class RefreshTimer {
  readonly #task: () => void;
  readonly #intervalMs: number;
  readonly #now: () => number;
  #lastRun = Number.NEGATIVE_INFINITY;
  #lastTookMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(options: { readonly task: () => void; readonly intervalMs: number; readonly now: () => number }) {
    this.#task = options.task;
    this.#intervalMs = options.intervalMs;
    this.#now = options.now;
  }

  /** Runs the task now, or as soon as the interval is over; what is urgent waits only as long as the task is costly. */
  request({ urgent = false } = {}): void {
    const now = this.#now();
    const gapMs = urgent ? Math.min(this.#intervalMs, this.#lastTookMs / urgentShare) : this.#intervalMs;
    if (now - this.#lastRun >= gapMs) this.#run();
    else this.#runAt(this.#lastRun + gapMs, now);
  }

  /** Runs the task after that time at the latest. */
  requestIn(ms: number): void {
    const now = this.#now();
    this.#runAt(now + Math.max(ms, this.#intervalMs), now);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #runAt(at: number, now: number): void {
    if (this.#timer !== undefined && this.#timerAt <= at) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    // A wait that setTimeout can't hold is cut: the task then asks for the rest of it.
    this.#timer = setTimeout(() => this.#run(), Math.min(Math.ceil(at - now), 0x7fff_ffff)).unref();
  }

  #run(): void {
    this.stop();
    const start = performance.now();
    this.#task();
    this.#lastTookMs = performance.now() - start;
    this.#lastRun = this.#now();
  }
}
