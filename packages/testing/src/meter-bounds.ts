import { expect } from "vitest";
import { meterCase } from "./meter-case.ts";
import type { MeterCase } from "./meter-contract.ts";

const help = "help";
const many = 20_000;

/** A label whose values come from outside must not cost the process its memory. */
export const boundCases: readonly MeterCase[] = [
  meterCase("bounds how many sets of label values it keeps, and counts what is more together", async (subject) => {
    const counter = subject.meter.counter({ name: "c_total", help, labels: ["user"] });
    for (let i = 0; i < many; i++) counter.with({ user: `user-${i}` }).add();
    const points = await subject.collect("c_total");
    expect(points.length).toBeLessThanOrEqual(10_000);
    expect(points.reduce((sum, point) => sum + (point.value ?? 0), 0)).toBe(many);
  }),
  meterCase("goes on counting what it knew before", async (subject) => {
    const histogram = subject.meter.histogram({ name: "h", help, labels: ["user"], buckets: [1] });
    const known = histogram.with({ user: "known" });
    known.record(1);
    for (let i = 0; i < many; i++) histogram.with({ user: `user-${i}` }).record(1);
    known.record(1);
    histogram.with({ user: "known" }).record(1);
    const points = await subject.collect("h");
    expect(points.find((point) => point.labels.user === "known")?.count).toBe(3);
    expect(points.reduce((sum, point) => sum + (point.count ?? 0), 0)).toBe(many + 3);
  }),
];
