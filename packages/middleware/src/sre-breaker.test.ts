import { describe, expect, test } from "vitest";
import { Simulation, seeded } from "../testdata/simulation.ts";
import { createSreBreaker } from "./sre-breaker.ts";

/** A breaker whose time and luck are in the test's hands. */
function breakerAt(options: Parameters<typeof createSreBreaker>[0] = {}) {
  const world = { time: 0, luck: 0 };
  const breaker = createSreBreaker({ now: () => world.time, random: () => world.luck, ...options });
  const times = (count: number, mark: () => void): void => {
    for (let i = 0; i < count; i++) mark();
  };
  return {
    world,
    allow: () => breaker.allow(),
    succeed: (count = 1) => times(count, () => breaker.markSuccess()),
    fail: (count = 1) => times(count, () => breaker.markFailed()),
  };
}

describe("the SRE formula", () => {
  test("refuses nothing before there were 20 calls", () => {
    const { allow, fail } = breakerAt();
    fail(19);
    expect(allow()).toBe(true);
    fail();
    expect(allow()).toBe(false);
  });

  test("refuses nothing up to half of the calls failing", () => {
    const { allow, fail, succeed } = breakerAt();
    succeed(20);
    fail(20);
    expect(allow()).toBe(true);
    fail();
    expect(allow()).toBe(false);
  });

  test("refuses by chance: (n − 2a) / (n + 1)", () => {
    const { world, allow, fail, succeed } = breakerAt();
    succeed(10);
    fail(29);
    // (39 − 20) / 40
    world.luck = 0.475;
    expect(allow()).toBe(true);
    world.luck = 0.474;
    expect(allow()).toBe(false);
    // The refused one counts: (40 − 20) / 41
    world.luck = 0.487;
    expect(allow()).toBe(false);
  });

  test("takes another share of failures", () => {
    const { allow, fail, succeed } = breakerAt({ failureRatio: 0.9 });
    succeed(10);
    fail(90);
    expect(allow()).toBe(true);
    fail();
    expect(allow()).toBe(false);
  });

  test("forgets what is older than its window", () => {
    const { world, allow, fail, succeed } = breakerAt();
    succeed(1);
    fail(100);
    expect(allow()).toBe(false);
    world.time = 3000;
    expect(allow()).toBe(true);
  });

  test.each([-0.1, 1, Number.NaN])("takes no failureRatio of %s", (failureRatio) => {
    expect(() => createSreBreaker({ failureRatio })).toThrow(RangeError);
  });
});

describe("when nothing goes well", () => {
  function open() {
    const breaker = breakerAt();
    breaker.fail(20);
    expect(breaker.allow()).toBe(false);
    return breaker;
  }

  test("lets one call a second through, whatever chance says", () => {
    const { world, allow, fail } = open();
    world.luck = 0.999;
    world.time = 999;
    expect(allow()).toBe(false);
    world.time = 1000;
    expect([allow(), allow()]).toEqual([true, false]);
    fail();
    world.time = 2000;
    expect([allow(), allow()]).toEqual([true, false]);
  });

  test("goes on so however long it takes", () => {
    const { world, allow } = open();
    world.time = 3_600_000;
    expect([allow(), allow()]).toEqual([true, false]);
  });

  test("lets two more through for each that went well, and all after ten", () => {
    const { world, allow, succeed } = open();
    world.time = 1000;
    expect(allow()).toBe(true);
    succeed();
    expect([allow(), allow(), allow()]).toEqual([true, true, false]);
    succeed(2);
    expect([allow(), allow(), allow(), allow(), allow()]).toEqual([true, true, true, true, false]);
    succeed(4);
    expect(allow()).toBe(true);
    succeed(3);
    expect(Array.from({ length: 50 }, allow)).not.toContain(false);
  });

  test("opens again when too many of these ten fail", () => {
    const { world, allow, succeed, fail } = open();
    world.time = 1000;
    allow();
    succeed(4);
    fail(6);
    expect(allow()).toBe(false);
    world.time = 2000;
    expect([allow(), allow()]).toEqual([true, false]);
  });

  test("does not count failures before the first that went well", () => {
    const { world, allow, succeed, fail } = open();
    for (let second = 1; second <= 29; second++) {
      world.time = second * 1000;
      allow();
      fail();
    }
    succeed(10);
    expect(Array.from({ length: 50 }, allow)).not.toContain(false);
  });
});

describe.each([30, 100, 2000])("in a simulation with %i calls per second", (perSecond) => {
  const [diesAt, isBackAt, end] = [10_000, 40_000, 60_000];

  /** A backend that is dead for half a minute; each call takes 5 ms. */
  function outage() {
    const world = new Simulation();
    const random = seeded(3);
    const breaker = createSreBreaker({ now: world.now, random });
    const calls: Array<{ time: number; allowed: boolean }> = [];
    world.arrivals(perSecond, {
      end,
      random,
      arrive() {
        const allowed = breaker.allow();
        calls.push({ time: world.time, allowed });
        const dead = world.time >= diesAt && world.time < isBackAt;
        if (allowed) world.at(world.time + 5, () => (dead ? breaker.markFailed() : breaker.markSuccess()));
      },
    });
    world.run();
    return (from: number, to: number): number => {
      const between = calls.filter(({ time }) => time >= from && time < to);
      return between.filter(({ allowed }) => !allowed).length / between.length;
    };
  }

  const shedBetween = outage();

  test("sheds nothing of what goes well", () => {
    expect(shedBetween(0, diesAt)).toBe(0);
  });

  test("sheds at least 95 % of the calls to a dead backend, once its window has seen it", () => {
    expect(shedBetween(diesAt + 3000, isBackAt)).toBeGreaterThanOrEqual(0.95);
    expect(shedBetween(diesAt + 3000, isBackAt)).toBeLessThan(1);
  });

  test("sheds nothing any more two seconds after the backend is back", () => {
    expect(shedBetween(isBackAt, end)).toBeLessThan(0.1);
    expect(shedBetween(isBackAt + 2000, end)).toBe(0);
  });
});

test("protects a backend that can only do a tenth, without giving up on it", () => {
  const world = new Simulation();
  const random = seeded(5);
  const breaker = createSreBreaker({ now: world.now, random });
  let sent = 0;
  let succeeded = 0;
  let second = 0;
  let room = 0;
  world.arrivals(1000, {
    end: 30_000,
    random,
    arrive() {
      if (Math.floor(world.time / 1000) > second) {
        second = Math.floor(world.time / 1000);
        room = 0;
      }
      if (!breaker.allow()) return;
      sent++;
      // 100 a second, spread over it.
      if (room < (world.time % 1000) / 10) {
        room++;
        succeeded++;
        breaker.markSuccess();
      } else breaker.markFailed();
    },
  });
  world.run();
  expect(succeeded).toBeGreaterThan(0.9 * 100 * 30);
  expect(sent).toBeLessThan(0.35 * 1000 * 30);
});
