// What the load script shows, in short. The machine may be busy with other tests: what is compared was measured here.
import { expect, test } from "vitest";
import { summaryLine } from "./load/report.ts";
import { acceptedPerSecond, runLoad } from "./load/run-load.ts";

test("the limiter keeps an overloaded service useful, the breaker spares a dead one, retries stay in their budget", async () => {
  const report = await runLoad({ over: "grpc", phaseMs: 1500 });
  const { normal, overload, dead, recovery } = report.phases;
  console.log(summaryLine("grpc", report));

  expect(acceptedPerSecond(normal)).toBeGreaterThan(0.3 * report.capacity);
  expect(overload.tally.counts.limited).toBeGreaterThan(0);
  // Without a limiter hardly anything is in time; with one it is what the CPU has left beside refusing the rest.
  expect(acceptedPerSecond(overload)).toBeGreaterThan(0.4 * report.capacity);
  expect(overload.tally.p99Ms).toBeLessThan(1000);
  // What the service refused is what callers were told, and nobody tried again.
  const refused = [normal.tally, overload.tally, overload.onset].map((tally) => tally?.counts.limited ?? 0);
  expect(report.limitedByService).toBeGreaterThanOrEqual(refused.reduce((sum, count) => sum + count, 0));

  expect(dead.tally.counts.accepted).toBe(0);
  expect(dead.tally.shareOfLatest("broken")).toBeGreaterThanOrEqual(0.95);
  expect(recovery.tally.shareOfLatest("accepted")).toBeGreaterThanOrEqual(0.95);

  const guarded = [normal, overload, dead, recovery];
  const calls = guarded.reduce((sum, { tally, onset }) => sum + tally.calls + (onset?.calls ?? 0), 0);
  const retried = guarded.reduce((sum, phase) => sum + phase.retried, 0);
  expect(retried).toBeGreaterThan(0);
  expect(retried).toBeLessThanOrEqual(0.2 * calls + 10);
}, 90_000);
