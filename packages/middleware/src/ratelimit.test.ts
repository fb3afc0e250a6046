import { errorServiceUnavailable } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo, countingMeter, read } from "../testdata/calls.ts";
import { type BbrOptions, createBbrLimiter, type Limiter, ratelimit } from "./ratelimit.ts";

const refusal = { code: 429, reason: "RATELIMIT", message: "service unavailable due to rate limit exceeded" };

/** A limiter that allows as told, and notes how calls ended. */
function recorder(allowed: boolean) {
  const ended: unknown[] = [];
  const limiter: Limiter = { allow: () => (allowed ? ({ error }) => ended.push(error) : undefined) };
  return { limiter, ended };
}

describe("ratelimit", () => {
  test("refuses with 429 RATELIMIT what its limiter does not allow, and counts it", async () => {
    const meter = countingMeter();
    let served = 0;
    const handler = ratelimit({ ...recorder(false), meter })(async () => served++, callInfo("server"));
    await expect(handler({}, callContext("server"))).rejects.toMatchObject(refusal);
    expect(served).toBe(0);
    expect(meter.counts).toEqual({ "requests_limited_total{server,/users.v1.Users/Find}": 1 });
  });

  test("tells its limiter how a call ended", async () => {
    const { limiter, ended } = recorder(true);
    const error = errorServiceUnavailable("X");
    expect(await ratelimit({ limiter })(async () => "reply", callInfo("server"))({}, callContext("server"))).toBe(
      "reply",
    );
    const failing = ratelimit({ limiter })(() => Promise.reject(error), callInfo("server"));
    await expect(failing({}, callContext("server"))).rejects.toBe(error);
    expect(ended).toEqual([undefined, error]);
  });

  test("counts a stream until its first reply", async () => {
    const { limiter, ended } = recorder(true);
    const handler = ratelimit({ limiter })(
      async () =>
        (async function* () {
          yield 1;
          expect(ended).toHaveLength(1);
          yield 2;
        })(),
      callInfo("server", "bidi_streaming"),
    );
    const reply = await handler({}, callContext("server"));
    expect(ended).toEqual([]);
    expect(await read(reply)).toEqual({ got: [1, 2], error: undefined });
  });

  test("has one limit for all that it stands before", async () => {
    const middleware = ratelimit({ cpu: () => 1, now: () => 0 });
    const waiting = middleware(() => new Promise(() => {}), { ...callInfo("server"), operation: "/a/Slow" });
    waiting({}, callContext("server"));
    waiting({}, callContext("server"));
    const other = middleware(async () => "reply", { ...callInfo("server"), operation: "/a/Other", kind: "http" });
    await expect(other({}, callContext("server"))).rejects.toMatchObject(refusal);
  });
});

describe("BBR", () => {
  /** A limiter in the test's hands, which has seen 10 calls in 100 ms that took 40 ms each. */
  function limiterAt(options: BbrOptions = {}) {
    const world = { time: 0, cpu: 0.5 };
    const limiter = createBbrLimiter({ now: () => world.time, cpu: () => world.cpu, ...options });
    const calls = Array.from({ length: 10 }, () => limiter.allow());
    world.time += 40;
    for (const done of calls) done?.({});
    world.time += 60;
    return { world, limiter, allowed: (count: number) => Array.from({ length: count }, () => !!limiter.allow()) };
  }

  test("learns what passes and how long that takes", () => {
    expect(limiterAt().limiter.stat()).toEqual({ cpu: 0.5, inFlight: 0, maxInFlight: 4, minRtMs: 40, maxPass: 10 });
  });

  test("refuses nothing while the CPU is below its threshold", () => {
    expect(limiterAt().allowed(50)).not.toContain(false);
  });

  test("refuses what is above the most in flight from the threshold on", () => {
    const { world, limiter, allowed } = limiterAt();
    world.cpu = 0.8;
    expect(allowed(7)).toEqual([true, true, true, true, true, false, false]);
    expect(limiter.stat()).toMatchObject({ inFlight: 5, maxInFlight: 4 });
  });

  test("goes on refusing for a second after the CPU has calmed down", () => {
    const { world, allowed } = limiterAt();
    world.cpu = 1;
    expect(allowed(6)).toContain(false);
    world.cpu = 0.1;
    world.time += 1000;
    expect(allowed(1)).toEqual([false]);
    world.time += 1;
    expect(allowed(1)).toEqual([true]);
  });

  test("makes room as calls end", () => {
    const { world, limiter } = limiterAt();
    world.cpu = 1;
    const calls = Array.from({ length: 5 }, () => limiter.allow());
    expect(limiter.allow()).toBeUndefined();
    calls[0]?.({});
    expect(limiter.allow()).toBeDefined();
  });

  test("always lets two in flight, though it knows nothing yet", () => {
    const limiter = createBbrLimiter({ now: () => 0, cpu: () => 1 });
    expect([limiter.allow(), limiter.allow(), limiter.allow()].map(Boolean)).toEqual([true, true, false]);
  });

  test("forgets after its window", () => {
    const { world, limiter } = limiterAt();
    world.time += 10_000;
    expect(limiter.stat()).toMatchObject({ maxPass: 1, minRtMs: 1 });
  });

  test("takes another threshold", () => {
    const { world, allowed } = limiterAt({ cpuThreshold: 0.9 });
    world.cpu = 0.89;
    expect(allowed(50)).not.toContain(false);
  });
});
