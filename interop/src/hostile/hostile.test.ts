import { expect, test } from "vitest";
import { knownBugs } from "./known-bugs.ts";
import { hostileOptions, summaryOf } from "./options.ts";
import { hostileCases, runHostile } from "./run.ts";

const options = hostileOptions();

test("there are at least 300 inputs, of a name of their own each", () => {
  const names = hostileCases.map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(300);
});

test("known bugs are of inputs that there are", () => {
  const names = hostileCases.map(({ name }) => name);
  expect(Object.keys(knownBugs).filter((name) => !names.includes(name))).toEqual([]);
});

test(
  "the servers give each the right answer, live on, and serve the next good request",
  async () => {
    const result = await runHostile(options);
    console.log(`${result.note}\n${summaryOf(result, options)}`);
    expect(result.failures).toEqual([]);
  },
  options.mutationMs + 60_000,
);
