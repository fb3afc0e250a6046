import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { ensureGoModule } from "../../../tools/external/go-module.ts";
import { matrixDifferences } from "../../known-differences.ts";
import { Echo, Faults, Streams } from "../gen/interop/v1/interop_pb.ts";
import type { Result } from "../peer/run.ts";
import { matrixCases } from "./cases.ts";
import { comparedResult } from "./compared-result.ts";
import { runRoute, startFleet } from "./fleet.ts";
import { goIn, typescript } from "./programs.ts";
import { baselineOf, casesOf, type Route, routes } from "./routes.ts";

const go = await ensureGoModule({ folder: "interop/go" });

test("the cases have a name of their own each, and call every method of the contract", () => {
  expect(new Set(matrixCases.map(({ name }) => name)).size).toBe(matrixCases.length);
  const called = new Set(matrixCases.map(({ service, method }) => `${service}.${method}`));
  const all = [Echo, Faults, Streams].flatMap(({ name, methods }) => methods.map((method) => `${name}.${method.name}`));
  expect(all.filter((method) => !called.has(method))).toEqual([]);
});

test.each(routes)("no difference of $name is known of a case that is not there", (route) => {
  const names = casesOf(route).map(({ name }) => name);
  expect(Object.keys(matrixDifferences[route.name] ?? {}).filter((name) => !names.includes(name))).toEqual([]);
});

test("differences are known of routes that are there", () => {
  const names = routes.map(({ name }) => name);
  expect(Object.keys(matrixDifferences).filter((name) => !names.includes(name))).toEqual([]);
});

describe.skipIf(go === undefined)("matrix", () => {
  const runs = new Map<string, PromiseSettledResult<Map<string, Result>>>();

  beforeAll(async () => {
    await using fleet = await startFleet({ go: goIn(String(go)), ts: typescript });
    // Clients wait for timeouts most of the time.
    const open = [...new Map([...routes, ...routes.map(baselineOf)].map((route) => [route.name, route])).values()];
    const work = async (): Promise<void> => {
      for (let route = open.shift(); route !== undefined; route = open.shift()) {
        const [settled] = await Promise.allSettled([runRoute(fleet, route)]);
        runs.set(route.name, settled);
      }
    };
    await Promise.all(Array.from({ length: 4 }, work));
  });

  function resultsOf({ name }: Route): Map<string, Result> {
    const settled = runs.get(name);
    if (settled?.status !== "fulfilled") throw settled?.reason ?? new Error(`${name} was not run`);
    return settled.value;
  }

  describe.each(routes)("$name", (route) => {
    const differences = matrixDifferences[route.name] ?? {};

    for (const given of casesOf(route)) {
      const known = differences[given.name];
      test(known === undefined ? given.name : `${given.name} (known difference)`, () => {
        const [own, baseline] = [route, baselineOf(route)].map((way) =>
          comparedResult(given, resultsOf(way).get(given.name) as Result),
        );
        if (known === undefined) expect(own).toEqual(baseline);
        else {
          expect(isDeepStrictEqual(own, baseline), "as Go and Go now: take it out of known-differences.ts").toBe(false);
          expect(own).toMatchObject(known.ours as object);
        }
      });
    }
  });
});
