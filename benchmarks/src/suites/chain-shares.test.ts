import { expect, test } from "vitest";
import type { Sample } from "../harness/statistics.ts";
import { judgeChain, shareTable } from "./chain-shares.ts";

const rounds = (...micros: number[]): Sample[] =>
  micros.map((perCall) => ({ calls: 1000, seconds: 0.1, cpuMicros: 1000 * perCall, rssBytes: 1 }));
const order = ["bare", "+ recovery", "+ logging"];

test("each middleware's share is what it adds to the row above, round by round", () => {
  // The second round is disturbed: everything takes twice as long.
  const samples = new Map([
    ["bare", rounds(20, 40, 20)],
    ["+ recovery", rounds(21, 42, 21)],
    ["+ logging", rounds(30, 60, 30)],
  ]);
  expect(shareTable(samples, order).rows).toEqual([
    ["bare", "10,000", "20.0", "", ""],
    ["+ recovery", "10,000", "21.0", "1.0 [1.0–1.5]", "1.0 [1.0–1.5]"],
    ["+ logging", "10,000", "30.0", "9.0 [9.0–13.5]", "10.0 [10.0–15.0]"],
  ]);
});

test("the whole chain is held against its goal", () => {
  const chainOf = (micros: number) =>
    new Map([
      ["bare", rounds(20)],
      ["+ logging", rounds(micros)],
    ]);
  expect(judgeChain(chainOf(35), order)).toMatchObject({ held: true, measured: "15.0 [15.0–15.0] µs" });
  expect(judgeChain(chainOf(36), order)).toMatchObject({ held: false });
});

test("what failed is left out, and is no goal held", () => {
  const samples = new Map([["bare", rounds(20)]]);
  expect(shareTable(samples, order).rows).toHaveLength(1);
  expect(judgeChain(samples, order)).toMatchObject({ held: undefined });
});
