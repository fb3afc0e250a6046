import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { type KnownDifference, knownDifferences } from "../../known-differences.ts";
import { parseJson } from "../peer/json-values.ts";

export interface VectorSuite<C> {
  /** What ours does in the case. */
  ours(given: C): unknown;
  /** What the recorded peer did, in the same shape. */
  theirs(given: C): unknown;
}

/** Reads a file of vectors. */
export function readVectors<C extends { name: string }>(file: string): C[] {
  const text = readFileSync(new URL(`../../vectors/${file}.json`, import.meta.url), "utf8");
  return (parseJson(text) as { cases: C[] }).cases;
}

/**
 * A test for each case of a file: ours does what the peer did, or what known-differences.ts says of it. The counts of
 * `pnpm interop` are taken from the names of these tests: see summary.ts.
 */
export function vectorTests<C extends { name: string }>(file: string, suite: VectorSuite<C>): void {
  const cases = readVectors<C>(file);
  const differences = knownDifferences[file] ?? {};
  describe(`vectors of ${file}`, () => {
    for (const given of cases) {
      const known = differences[given.name];
      test(known === undefined ? given.name : `${given.name} (known difference)`, async () => {
        const [ours, theirs] = [await suite.ours(given), await suite.theirs(given)];
        if (known === undefined) expect(ours).toEqual(theirs);
        else differs(ours, theirs, known);
      });
    }
  });

  // No vector itself, so outside.
  test(`cases of ${file} have a name of their own each, and no difference is known of one that is not there`, () => {
    const names = cases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(differences).filter((name) => !names.includes(name))).toEqual([]);
  });
}

function differs(ours: unknown, theirs: unknown, known: KnownDifference): void {
  const agree = isDeepStrictEqual(ours, theirs);
  expect(agree, "ours agrees with the peer now: take the entry out of known-differences.ts").toBe(false);
  expect({ ours }).toMatchObject({ ours: known.ours });
}
