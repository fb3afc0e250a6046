import { now } from "./clock.ts";
import { reportUncaught } from "./report-error.ts";

/** Something that must end by `deadline` (ms, see `now()`; undefined: whenever); `expire` is called once when it has passed. */
export interface Expiring {
  readonly deadline: number | undefined;
  expire(): void;
}

// Sweeps are at least this far apart, so that many different deadlines cost a bounded number of passes.
const granularityMs = 10;

const waiting = new Set<Expiring>();
let timer: ReturnType<typeof setTimeout> | undefined;
let nextSweep = Number.POSITIVE_INFINITY;

/**
 * Watches a deadline. One timer serves all calls of the process (a timer for each call costs more than the call's own
 * routing); it fires up to 10 ms late and does not keep the process alive.
 */
export function watchDeadline(item: Expiring): void {
  if (item.deadline === undefined) return;
  waiting.add(item);
  if (item.deadline < nextSweep) arm(item.deadline);
}

/** Stops watching; harmless when the item was not watched. */
export function unwatchDeadline(item: Expiring): void {
  waiting.delete(item);
}

function arm(at: number): void {
  if (timer !== undefined) clearTimeout(timer);
  nextSweep = at;
  // Timers take 32-bit delays; a sweep that finds nothing due arms the next one.
  const delay = Math.min(Math.max(at - now(), 0) + granularityMs / 2, 0x7fffffff);
  timer = setTimeout(sweep, delay);
  (timer as { unref?: () => void }).unref?.();
}

function sweep(): void {
  timer = undefined;
  nextSweep = Number.POSITIVE_INFINITY;
  const time = now();
  let earliest = Number.POSITIVE_INFINITY;
  for (const item of waiting) {
    const deadline = item.deadline as number;
    if (deadline <= time) {
      waiting.delete(item);
      try {
        item.expire();
      } catch (error) {
        reportUncaught(error);
      }
    } else if (deadline < earliest) earliest = deadline;
  }
  // An `expire` may have armed the timer for something earlier.
  if (earliest < nextSweep) arm(Math.max(earliest, time + granularityMs));
}
