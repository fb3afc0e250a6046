import { expect } from "vitest";
import { meterCase, pointOf, valueAt } from "./meter-case.ts";
import type { MeterCase } from "./meter-contract.ts";

const help = "help";
const labels = ["a", "b"];

/** Labels and their values. */
export const labelCases: readonly MeterCase[] = [
  meterCase("counts each set of label values apart", async (subject) => {
    const counter = subject.meter.counter({ name: "c_total", help, labels });
    counter.with({ a: "1", b: "1" }).add();
    counter.with({ a: "1", b: "2" }).add(2);
    expect(await valueAt(subject, "c_total", { a: "1", b: "1" })).toBe(1);
    expect(await valueAt(subject, "c_total", { a: "1", b: "2" })).toBe(2);
  }),
  meterCase("takes labels in any order, and one after the other", async (subject) => {
    const gauge = subject.meter.gauge({ name: "g", help, labels });
    gauge.with({ a: "1", b: "2" }).add(1);
    gauge.with({ b: "2", a: "1" }).add(1);
    gauge.with({ a: "1" }).with({ b: "2" }).add(1);
    gauge.with({ a: "0", b: "2" }).with({ a: "1" }).add(1);
    expect(await valueAt(subject, "g", { a: "1", b: "2" })).toBe(4);
  }),
  meterCase("takes what is not given for empty, and leaves out what is not declared", async (subject) => {
    const histogram = subject.meter.histogram({ name: "h", help, labels, buckets: [1] });
    histogram.record(1);
    histogram.with({ a: "1" }).record(1);
    histogram.with({ a: "1", c: "not declared" }).record(1);
    expect((await pointOf(subject, "h")).count).toBe(1);
    expect((await pointOf(subject, "h", { a: "1" })).count).toBe(2);
  }),
  meterCase("keeps a gauge's value for whoever asks for its labels again", async (subject) => {
    const gauge = subject.meter.gauge({ name: "g", help, labels });
    gauge.with({ a: "1" }).set(5);
    gauge.with({ a: "1" }).add(-2);
    expect(await valueAt(subject, "g", { a: "1" })).toBe(3);
  }),
  ...['"quoted"', "back\\slash", "two\nlines", "é😀", "a,b=c{}", "__proto__", "constructor", " "].map((value) =>
    meterCase(`takes ${JSON.stringify(value)} for a value of a label`, async (subject) => {
      subject.meter.counter({ name: "c_total", help, labels }).with({ a: value }).add();
      expect(await valueAt(subject, "c_total", { a: value })).toBe(1);
    }),
  ),
  meterCase("does not mix values up that look alike when they are joined", async (subject) => {
    const counter = subject.meter.counter({ name: "c_total", help, labels });
    counter.with({ a: "x", b: "y,z" }).add(1);
    counter.with({ a: "x,y", b: "z" }).add(2);
    counter.with({ a: "x,b:y" }).add(4);
    counter.with({ a: "x", b: "y" }).add(8);
    const points = await subject.collect("c_total");
    expect(points.map((point) => point.value).sort()).toEqual([1, 2, 4, 8]);
  }),
];
