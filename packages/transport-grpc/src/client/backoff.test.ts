import { describe, expect, it } from "vitest";
import { Backoff } from "./backoff.ts";

const middle = (): number => 0.5;

describe("the connection back-off", () => {
  it("grows by 1.6 from 1 s to 120 s", () => {
    const backoff = new Backoff({ random: middle });
    const waits = Array.from({ length: 13 }, () => Math.round(backoff.next()));
    expect(waits.slice(0, 4)).toEqual([1000, 1600, 2560, 4096]);
    expect(waits.at(-1)).toBe(120_000);
  });

  it("is spread by a fifth to both sides", () => {
    expect(new Backoff({ random: () => 0 }).next()).toBeCloseTo(800);
    expect(new Backoff({ random: () => 0.999999 }).next()).toBeCloseTo(1200, 1);
  });

  it("begins again after a success", () => {
    const backoff = new Backoff({ random: middle });
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(1000);
  });

  it("takes other numbers", () => {
    const backoff = new Backoff({ initialMs: 10, multiplier: 3, maxMs: 50, jitter: 0 });
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([10, 30, 50]);
  });
});
