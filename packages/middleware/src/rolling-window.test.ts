import { describe, expect, test } from "vitest";
import { RollingWindow } from "./rolling-window.ts";

const windowOf = () => new RollingWindow({ windowMs: 1000, buckets: 10 });
const totals = ({ firstTotal, secondTotal }: RollingWindow) => [firstTotal, secondTotal];

test("adds up what happened within it", () => {
  const window = windowOf();
  window.add(0, 1, 10);
  window.add(950, 2, 20);
  expect(totals(window)).toEqual([3, 30]);
});

test("forgets a part at a time, and all after a pause", () => {
  const window = windowOf();
  window.add(0, 1, 10);
  window.add(150, 2, 20);
  window.advance(999);
  expect(totals(window)).toEqual([3, 30]);
  window.advance(1000);
  expect(totals(window)).toEqual([2, 20]);
  window.advance(1e9);
  expect(totals(window)).toEqual([0, 0]);
});

test("shows its parts but the one that is being filled", () => {
  const window = windowOf();
  window.add(0, 1, 10);
  window.add(99, 1, 10);
  window.add(100, 5, 50);
  const seen: number[][] = [];
  window.forEachFull((first, second) => first > 0 && seen.push([first, second]));
  expect(seen).toEqual([[2, 20]]);
});

test("takes a time that goes backwards for the last one", () => {
  const window = windowOf();
  window.add(500, 1, 0);
  window.add(100, 1, 0);
  window.advance(1499);
  expect(totals(window)).toEqual([2, 0]);
  window.advance(1500);
  expect(totals(window)).toEqual([0, 0]);
});

test("can be emptied", () => {
  const window = windowOf();
  window.add(0, 1, 1);
  window.clear();
  window.add(0, 1, 2);
  expect(totals(window)).toEqual([1, 2]);
});

describe("numbers that make no window", () => {
  test.each([
    { windowMs: 0, buckets: 1 },
    { windowMs: Number.NaN, buckets: 1 },
    { windowMs: 1, buckets: 0 },
    { windowMs: 1, buckets: 1.5 },
  ])("are refused: %o", (options) => {
    expect(() => new RollingWindow(options)).toThrow(RangeError);
  });
});
