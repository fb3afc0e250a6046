import { now } from "./clock.ts";
import { reportUncaught } from "./report-error.ts";

/** Something that must end by `deadline` (ms, see `now()`; undefined: whenever); `expire` is called once when it has passed. */
export interface Expiring {
  readonly deadline: number | undefined;
  expire(): void;
  /** Its neighbours in the list of what is watched; undefined while it is not. The list's own. */
  before?: Expiring | undefined;
  after?: Expiring | undefined;
}

// Sweeps are at least this far apart, so that many different deadlines cost a bounded number of passes.
const granularityMs = 10;

// A list through its items costs a call neither memory nor hashing, and leaves nothing behind that keeps calls alive
// (a Set's tables do, once they have grown old). The head is no item.
const head: Expiring = { deadline: undefined, expire() {} };
head.before = head;
head.after = head;
let timer: ReturnType<typeof setTimeout> | undefined;
let nextSweep = Number.POSITIVE_INFINITY;

/**
 * Watches a deadline. One timer serves all calls of the process (a timer for each call costs more than the call's own
 * routing); it fires up to 10 ms late and does not keep the process alive.
 */
export function watchDeadline(item: Expiring): void {
  const { deadline } = item;
  if (deadline === undefined) return;
  const last = head.before as Expiring;
  item.before = last;
  item.after = head;
  last.after = item;
  head.before = item;
  if (deadline < nextSweep) arm(deadline);
}

/** Stops watching; harmless when the item was not watched. */
export function unwatchDeadline(item: Expiring): void {
  const { before, after } = item;
  if (before === undefined || after === undefined) return;
  before.after = after;
  after.before = before;
  item.before = undefined;
  item.after = undefined;
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
  const due: Expiring[] = [];
  for (let item = head.after as Expiring; item !== head; item = item.after as Expiring) {
    const deadline = item.deadline as number;
    if (deadline <= time) due.push(item);
    else if (deadline < earliest) earliest = deadline;
  }
  // Only now, since an `expire` may take others off the list.
  for (const item of due) if (item.before !== undefined) expire(item);
  // An `expire` may have armed the timer for something earlier.
  if (earliest < nextSweep) arm(Math.max(earliest, time + granularityMs));
}

function expire(item: Expiring): void {
  unwatchDeadline(item);
  try {
    item.expire();
  } catch (error) {
    reportUncaught(error);
  }
}
