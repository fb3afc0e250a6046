import { acceptedPerSecond, type LoadReport, type Phase } from "./run-load.ts";
import type { Tally } from "./tally.ts";

const columns = ["phase", "s", "calls", "accepted", "limited", "broken", "late", "failed", "retried", "p99 ms"];

export const header = row(columns);

/** A phase as a line of the table, or two: what came before the limiter could notice is told by itself. */
export function phaseLines({ name, tally, seconds, retried, onset }: Phase): string {
  const phase = line(name, { tally, seconds: seconds.toFixed(1), retried: String(retried) });
  return onset === undefined ? phase : `${line("  onset", { tally: onset, seconds: "", retried: "" })}\n${phase}`;
}

function line(name: string, { tally, seconds, retried }: { tally: Tally; seconds: string; retried: string }): string {
  const { accepted, limited, broken, late, failed } = tally.counts;
  const counts = [tally.calls, accepted, limited, broken, late, failed].map(String);
  return row([name, seconds, ...counts, retried, tally.p99Ms.toFixed(0)]);
}

/** All of it in a line. */
export function summaryLine(over: string, { capacity, phases }: LoadReport): string {
  const { overload, dead, recovery } = phases;
  const all = Object.values(phases);
  const retries = all.reduce((sum, { retried }) => sum + retried, 0);
  const calls = all.reduce((sum, { tally, onset }) => sum + tally.calls + (onset?.calls ?? 0), 0);
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  const goodput = (phase: Phase): string => percent(acceptedPerSecond(phase) / capacity);
  return [
    `overload: over ${over} ${capacity.toFixed(0)} quotes/s`,
    `at 3 × that ${goodput(overload)} of it done (${goodput(phases["no limit"])} without a limit), ${overload.tally.counts.limited} limited, p99 ${overload.tally.p99Ms.toFixed(0)} ms`,
    `dead service: ${dead.tally.counts.broken} of ${dead.tally.calls} calls broken, back after ${recovery.seconds.toFixed(1)} s`,
    `retries added ${percent(retries / calls)}`,
  ].join("; ");
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(9) : cell.padStart(9))).join("");
}
