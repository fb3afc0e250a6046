import { expect, test } from "vitest";
import { interopSummary } from "./summary.ts";

const file = (name: string, tests: readonly (readonly [string, string, string])[]) => ({
  name: `somewhere/interop/src/${name}`,
  assertionResults: tests.map(([ancestor, title, status]) => ({ ancestorTitles: [ancestor], title, status })),
});

test("counts vectors and cells apart, and what is neither not at all", () => {
  const vectors = file("vectors/a.test.ts", [
    ["vectors of a", "one", "passed"],
    ["vectors of a", "two (known difference)", "passed"],
    ["vectors of a", "three", "failed"],
    ["", "cases have names", "passed"],
  ]);
  const matrix = file("matrix/matrix.test.ts", [
    ["matrix", "one", "passed"],
    ["matrix", "two", "pending"],
  ]);
  const other = { ...vectors, name: "packages/core/src/a.test.ts" };
  expect(interopSummary({ testResults: [vectors, matrix, other] })).toBe(
    "interop: 3 vectors (1 passed, 1 known differences, 1 failed), " +
      "2 matrix cells (1 passed, 0 known differences, 0 failed, 1 left out)",
  );
});

test("says nothing of a run without them", () => {
  expect(interopSummary({ testResults: [] })).toBeUndefined();
});
