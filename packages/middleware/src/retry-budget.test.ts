import { errorServiceUnavailable, type Handler } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, infoOf } from "../testdata/calls.ts";
import { Users } from "../testdata/gen/users/v1/users_pb.ts";
import { Simulation, seeded } from "../testdata/simulation.ts";
import { type RetryOptions, retry } from "./retry.ts";
import { RetryBudget } from "./retry-budget.ts";

const calls = (budget: RetryBudget, count: number): void => {
  for (let i = 0; i < count; i++) budget.deposit();
};
const retriesOf = (budget: RetryBudget): number => {
  let count = 0;
  while (budget.withdraw()) count++;
  return count;
};

describe("a budget", () => {
  test("is a fifth of the calls", () => {
    const budget = new RetryBudget({}, () => 0);
    calls(budget, 1000);
    expect(retriesOf(budget)).toBe(200);
  });

  test("is ten where calls are few", () => {
    const budget = new RetryBudget({}, () => 0);
    calls(budget, 1);
    expect(retriesOf(budget)).toBe(10);
  });

  test("is for the last ten seconds", () => {
    let time = 0;
    const budget = new RetryBudget({}, () => time);
    calls(budget, 1000);
    retriesOf(budget);
    time = 9_000;
    expect(retriesOf(budget)).toBe(0);
    time = 10_000;
    expect(retriesOf(budget)).toBe(10);
  });

  test("has other numbers where told so", () => {
    const budget = new RetryBudget({ ratio: 0.1, minRetries: 0, windowMs: 1000 }, () => 0);
    calls(budget, 100);
    expect(retriesOf(budget)).toBe(10);
    expect(() => new RetryBudget({ ratio: -1 }, () => 0)).toThrow(RangeError);
  });
});

/** A service, by the share of calls that fail at a time. */
type Failing = (time: number) => number;

describe("in a simulation of half a minute", () => {
  const outage: Failing = (time) => (time > 10_000 && time < 20_000 ? 1 : 0);
  const flaky: Failing = () => 0.1;

  async function load(failing: Failing, options: RetryOptions = {}) {
    const world = new Simulation();
    const random = seeded(11);
    const luck = seeded(12);
    const result = { calls: 0, attempts: 0, failed: 0 };
    const handler: Handler = async () => {
      result.attempts++;
      if (luck() < failing(world.time)) throw errorServiceUnavailable("DOWN");
    };
    const { now, setTimer } = world;
    const run = retry({ now, setTimer, random, ...options })(handler, infoOf(Users.method.find));
    world.arrivals(50, {
      end: 30_000,
      random,
      arrive() {
        result.calls++;
        run({}, callContext("client")).catch(() => result.failed++);
      },
    });
    await world.runAsync();
    return { ...result, added: (result.attempts - result.calls) / result.calls };
  }

  test("with an outage, retries never add more than 20 % to the load", async () => {
    const { added } = await load((time) => (time > 1000 ? 1 : 0));
    expect(added).toBeLessThanOrEqual(0.2);
    expect(added).toBeGreaterThan(0.1);
    expect((await load(outage)).added).toBeLessThanOrEqual(0.2);
  });

  test("without a budget they would", async () => {
    expect((await load(outage, { budget: false })).added).toBeGreaterThan(0.6);
  });

  test("with a flaky service, retries hide what fails", async () => {
    const { added, failed, calls } = await load(flaky);
    expect(added).toBeLessThanOrEqual(0.2);
    expect(failed).toBeLessThan(0.005 * calls);
    expect((await load(flaky, { attempts: 1 })).failed).toBeGreaterThan(0.05 * calls);
  });
});
