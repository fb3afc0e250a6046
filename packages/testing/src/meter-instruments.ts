import { expect } from "vitest";
import { meterCase, pointOf, valueAt } from "./meter-case.ts";
import type { MeterCase } from "./meter-contract.ts";

const help = "help";
const notNumbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** What counters, gauges and histograms count. */
export const instrumentCases: readonly MeterCase[] = [
  meterCase("counts by one, and by more", async (subject) => {
    const counter = subject.meter.counter({ name: "c_total", help });
    counter.add();
    counter.add(2);
    counter.add(0.5);
    counter.add(0);
    expect(await valueAt(subject, "c_total")).toBe(3.5);
  }),
  meterCase("never makes a counter less, nor anything but a number of it", async (subject) => {
    const counter = subject.meter.counter({ name: "c_total", help });
    counter.add(3);
    for (const value of [-1, ...notNumbers]) expect(() => counter.add(value)).not.toThrow();
    expect(await valueAt(subject, "c_total")).toBe(3);
  }),
  meterCase("lets a gauge go up and down", async (subject) => {
    const gauge = subject.meter.gauge({ name: "g", help });
    gauge.add(5);
    gauge.add(-7);
    expect(await valueAt(subject, "g")).toBe(-2);
  }),
  meterCase("sets a gauge, and adds to what was set", async (subject) => {
    const gauge = subject.meter.gauge({ name: "g", help });
    gauge.add(1);
    gauge.set(10);
    gauge.add(1);
    expect(await valueAt(subject, "g")).toBe(11);
    gauge.set(0);
    expect(await valueAt(subject, "g")).toBe(0);
  }),
  meterCase("leaves a gauge as it is for what is no number", async (subject) => {
    const gauge = subject.meter.gauge({ name: "g", help });
    gauge.set(1);
    for (const value of notNumbers) {
      expect(() => gauge.set(value)).not.toThrow();
      expect(() => gauge.add(value)).not.toThrow();
    }
    expect(await valueAt(subject, "g")).toBe(1);
  }),
  meterCase("counts values by size, a bound being part of its bucket", async (subject) => {
    const histogram = subject.meter.histogram({ name: "h_seconds", help, buckets: [0.1, 1, 10] });
    for (const value of [0, 0.1, 0.2, 1, 5, 11]) histogram.record(value);
    const { count, sum, buckets } = await pointOf(subject, "h_seconds");
    expect(count).toBe(6);
    expect(sum).toBeCloseTo(17.3);
    expect([0.1, 1, 10].map((bound) => buckets?.get(bound))).toEqual([2, 4, 5]);
  }),
  meterCase("leaves a histogram as it is for what is no number", async (subject) => {
    const histogram = subject.meter.histogram({ name: "h_seconds", help, buckets: [1] });
    histogram.record(0.5);
    for (const value of notNumbers) expect(() => histogram.record(value)).not.toThrow();
    expect(await pointOf(subject, "h_seconds")).toMatchObject({ count: 1, sum: 0.5 });
  }),
  meterCase("gives the same instrument for the same name", async (subject) => {
    for (let i = 0; i < 3; i++) {
      subject.meter.counter({ name: "c_total", help }).add();
      subject.meter.gauge({ name: "g", help }).add(1);
      subject.meter.histogram({ name: "h", help, buckets: [1] }).record(1);
    }
    expect(await valueAt(subject, "c_total")).toBe(3);
    expect(await valueAt(subject, "g")).toBe(3);
    expect((await pointOf(subject, "h")).count).toBe(3);
  }),
  meterCase("refuses another kind of instrument under a name, and says which", (subject) => {
    subject.meter.counter({ name: "taken", help });
    expect(() => subject.meter.gauge({ name: "taken", help })).toThrow(/taken/);
    expect(() => subject.meter.histogram({ name: "taken", help, buckets: [1] })).toThrow(/taken/);
  }),
  meterCase("refuses other labels under a name, and says which", (subject) => {
    subject.meter.counter({ name: "taken", help, labels: ["a", "b"] });
    expect(() => subject.meter.counter({ name: "taken", help, labels: ["b", "a"] })).not.toThrow();
    expect(() => subject.meter.counter({ name: "taken", help, labels: ["a"] })).toThrow(/taken/);
  }),
];
