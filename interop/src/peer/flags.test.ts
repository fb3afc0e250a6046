import { expect, test } from "vitest";
import { parseDurationMs } from "./flags.ts";

test.each([
  ["0", 0],
  ["250", 250],
  ["-1", -1],
  ["5s", 5000],
  ["250ms", 250],
  ["1m30.5s", 90_500],
  ["-1s", -1000],
  ["150µs", 0.15],
])("a timeout of %s is %d ms", (text, ms) => {
  expect(parseDurationMs(text)).toBeCloseTo(ms, 9);
});

test.each(["", "s", "5x", "5 s", "1s garbage"])("%j is no duration", (text) => {
  expect(() => parseDurationMs(text)).toThrow("is no duration; write 5s, 250ms, or a number of ms");
});
