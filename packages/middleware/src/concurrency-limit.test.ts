import { errorGatewayTimeout, errorNotFound } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo, countingMeter } from "../testdata/calls.ts";
import { concurrencyLimit, createGradientLimiter, type GradientOptions } from "./concurrency-limit.ts";

test("refuses with 429 RATELIMIT what is beyond the limit, and counts it", async () => {
  const meter = countingMeter();
  const middleware = concurrencyLimit({ meter, initialLimit: 3 });
  const handler = middleware(() => new Promise(() => {}), callInfo("client"));
  for (let i = 0; i < 3; i++) handler({}, callContext("client"));
  await expect(handler({}, callContext("client"))).rejects.toMatchObject({
    code: 429,
    reason: "RATELIMIT",
    message: "service unavailable due to rate limit exceeded",
  });
  expect(meter.counts).toEqual({ "requests_over_concurrency_total{client,/users.v1.Users/Find}": 1 });
});

describe("the gradient", () => {
  function limiterAt(options: GradientOptions = {}) {
    const world = { time: 0 };
    const limiter = createGradientLimiter({ now: () => world.time, random: () => 0.5, ...options });
    /** In a window, `count` calls at once take so long; then the limit is set. */
    const round = (count: number, ms: number, error?: Error): number => {
      const calls = Array.from({ length: count }, () => limiter.allow());
      world.time += ms;
      for (const done of calls) done?.({ error });
      world.time += 100;
      limiter.allow()?.({});
      return limiter.limit;
    };
    return { world, limiter, round };
  }

  test("begins with the limit that it is given", () => {
    const { limiter } = limiterAt({ initialLimit: 7 });
    expect(limiter.limit).toBe(7);
    const calls = Array.from({ length: 8 }, () => limiter.allow());
    expect(calls.filter(Boolean)).toHaveLength(7);
    expect(limiter.inFlight).toBe(7);
  });

  test("grows while calls take no longer than alone", () => {
    const { round } = limiterAt({ minLimit: 3 });
    for (let i = 0; i < 4; i++) round(3, 10);
    const limits = [round(20, 10), round(20, 10)];
    expect(limits[0]).toBeGreaterThan(20);
    expect(limits[1]).toBeGreaterThan(limits[0]!);
  });

  test("does not grow by calls that are not there", () => {
    const { round } = limiterAt();
    for (let i = 0; i < 4; i++) round(3, 10);
    for (let i = 0; i < 20; i++) round(9, 10);
    expect(round(9, 10)).toBe(20);
  });

  test("goes by the quickest calls so far while it has measured none", () => {
    const { round } = limiterAt();
    round(15, 10);
    const limits = [round(15, 40), round(15, 80), round(15, 160)];
    expect(limits[2]).toBeLessThan(limits[0]!);
    expect(limits[2]).toBeLessThan(15);
  });

  test("falls when calls take longer, to no less than the least", () => {
    const { round } = limiterAt();
    for (let i = 0; i < 4; i++) round(3, 10);
    const first = round(20, 40);
    expect(first).toBeLessThan(20);
    expect(round(first, 40)).toBeLessThan(first);
    for (let i = 0; i < 50; i++) round(12, 1000);
    expect(round(12, 1000)).toBeGreaterThanOrEqual(3);
  });

  test("measures what calls take alone when it has to refuse some", () => {
    const { round } = limiterAt();
    expect(round(25, 10)).toBe(3);
    for (let i = 0; i < 4; i++) round(3, 10);
    expect(round(20, 10)).toBeGreaterThan(20);
  });

  test("does not measure for longer than a second when calls are slow", () => {
    const { round } = limiterAt();
    expect(round(25, 10)).toBe(3);
    expect(round(3, 1000)).toBeGreaterThan(3);
  });

  test("does not wait for ever for a call that goes well to measure by", () => {
    const { round } = limiterAt();
    expect(round(25, 10)).toBe(3);
    for (let i = 0; i < 20; i++) round(3, 10, errorNotFound("X"));
    expect(round(3, 10, errorNotFound("X"))).toBe(20);
  });

  test("is halved by calls that ran out of time, and not moved by other errors", () => {
    const { round } = limiterAt();
    for (let i = 0; i < 4; i++) round(3, 10);
    expect(round(15, 10, errorNotFound("X"))).toBe(20);
    expect(round(15, 10, errorGatewayTimeout("X"))).toBeLessThanOrEqual(15);
  });

  test.each([{ minLimit: 0 }, { minLimit: 30 }, { initialLimit: 2000 }, { maxLimit: Number.NaN }])(
    "takes no limits that do not rise: %o",
    (options) => {
      expect(() => createGradientLimiter(options)).toThrow(RangeError);
    },
  );
});
