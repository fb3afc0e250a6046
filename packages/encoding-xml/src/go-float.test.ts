import { expect, test } from "vitest";
import { goFloat } from "./go-float.ts";

// As Go 1.26 writes them.
test.each([
  [0, "0"],
  [-0, "-0"],
  [1, "1"],
  [100000, "100000"],
  [999999, "999999"],
  [1e6, "1e+06"],
  [123456.5, "123456.5"],
  [1234567, "1.234567e+06"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [-1e21, "-1e+21"],
  [5e-324, "5e-324"],
  [Number.POSITIVE_INFINITY, "+Inf"],
  [Number.NEGATIVE_INFINITY, "-Inf"],
  [Number.NaN, "NaN"],
])("the double %d is %s", (value, text) => {
  expect(goFloat(value, false)).toBe(text);
});

test.each([
  [Math.fround(0.1), "0.1"],
  [16777216, "1.6777216e+07"],
  [3.4028234663852886e38, "3.4028235e+38"],
  [1.401298464324817e-45, "1e-45"],
  [1.5, "1.5"],
])("the float %d is %s", (value, text) => {
  expect(goFloat(value, true)).toBe(text);
});
