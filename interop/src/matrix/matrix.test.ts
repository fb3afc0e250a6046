import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureGoModule } from "../../../tools/external/go-module.ts";
import { matrixDifferences } from "../../known-differences.ts";
import { Echo, Faults } from "../gen/interop/v1/interop_pb.ts";
import type { Result } from "../peer/run.ts";
import { matrixCases } from "./cases.ts";
import { comparedResult } from "./compared-result.ts";
import { type Fleet, runRoute, startFleet } from "./fleet.ts";
import { goIn, typescript } from "./programs.ts";
import { baselineOf, casesOf, type Route, routes } from "./routes.ts";

const go = await ensureGoModule({ folder: "interop/go" });

test("the cases have a name of their own each, and call every unary method of the contract", () => {
  expect(new Set(matrixCases.map(({ name }) => name)).size).toBe(matrixCases.length);
  const called = new Set(matrixCases.map(({ service, method }) => `${service}.${method}`));
  const unary = [Echo, Faults].flatMap(({ name, methods }) => methods.map((method) => `${name}.${method.name}`));
  expect(unary.filter((method) => !called.has(method))).toEqual([]);
});

describe.skipIf(go === undefined)("matrix", () => {
  let fleet: Fleet;
  // Routes share their baselines.
  const runs = new Map<string, Promise<Map<string, Result>>>();

  beforeAll(async () => {
    fleet = await startFleet({ go: goIn(String(go)), ts: typescript });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  function run(route: Route): Promise<Map<string, Result>> {
    const results = runs.get(route.name) ?? runRoute(fleet, route);
    runs.set(route.name, results);
    return results;
  }

  describe.each(routes)("$name", (route) => {
    const differences = matrixDifferences[route.name] ?? {};
    let ours: Map<string, Result>;
    let theirs: Map<string, Result>;

    beforeAll(async () => {
      [ours, theirs] = await Promise.all([run(route), run(baselineOf(route))]);
    });

    for (const given of casesOf(route)) {
      const known = differences[given.name];
      test(known === undefined ? given.name : `${given.name} (known difference)`, () => {
        const [own, baseline] = [ours, theirs].map((results) =>
          comparedResult(given, results.get(given.name) as Result),
        );
        if (known === undefined) expect(own).toEqual(baseline);
        else {
          expect(isDeepStrictEqual(own, baseline), "as Go and Go now: take it out of known-differences.ts").toBe(false);
          expect(own).toMatchObject(known.ours as object);
        }
      });
    }

    // Not a cell itself.
    test("no difference is known of a case that is not there", () => {
      const names = casesOf(route).map(({ name }) => name);
      expect(Object.keys(differences).filter((name) => !names.includes(name))).toEqual([]);
    });
  });
});
