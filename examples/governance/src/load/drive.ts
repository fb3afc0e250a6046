import { setTimeout as delay } from "node:timers/promises";
import { outcomeOf, Tally } from "./tally.ts";

export type Call = () => Promise<unknown>;

export interface DriveOptions {
  /** How long, in ms. */
  readonly ms: number;
  /** Ends it earlier, when it has shown what it should. Default: never. */
  readonly until?: ((tally: Tally) => boolean) | undefined;
}

export interface RateOptions extends DriveOptions {
  readonly perSecond: number;
  /** What begins in the first so many ms is counted by itself. Default 0. */
  readonly onsetMs?: number | undefined;
}

export interface Driven {
  readonly tally: Tally;
  /** How long calls began that are in the tally. */
  readonly seconds: number;
  /** The calls of the onset, if there was one. */
  readonly onset?: Tally | undefined;
}

// More under way than this are not sent: a load must not be what breaks down.
const maxInFlight = 2000;
const tickMs = 5;

/** Calls so many times a second, whether the calls before have ended or not, as independent callers do. */
export async function driveAtRate(call: Call, { perSecond, ms, until, onsetMs = 0 }: RateOptions): Promise<Driven> {
  const [tally, onset] = [new Tally(), new Tally()];
  const inFlight = new Set<Promise<void>>();
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  let sent = 0;
  while (elapsed() < ms + onsetMs && !until?.(tally)) {
    const counted = elapsed() < onsetMs ? onset : tally;
    for (const due = (elapsed() / 1000) * perSecond; sent < due; sent++) {
      if (inFlight.size >= maxInFlight) continue;
      const made = make(call, counted).then(() => void inFlight.delete(made));
      inFlight.add(made);
    }
    await delay(tickMs);
  }
  const seconds = (elapsed() - onsetMs) / 1000;
  await Promise.all(inFlight);
  return { tally, seconds, onset: onsetMs > 0 ? onset : undefined };
}

/** Calls again as soon as a call has ended, with so many at a time: as much as the service can do, and no more. */
export async function driveInLanes(
  call: Call,
  { lanes, ms, until }: DriveOptions & { lanes: number },
): Promise<Driven> {
  const tally = new Tally();
  const start = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - start < ms && !until?.(tally))
      if ((await make(call, tally)) !== "accepted") await delay(tickMs);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { tally, seconds: (performance.now() - start) / 1000 };
}

async function make(call: Call, tally: Tally) {
  const start = performance.now();
  const outcome = await call().then(() => "accepted" as const, outcomeOf);
  tally.count(outcome, performance.now() - start);
  return outcome;
}
