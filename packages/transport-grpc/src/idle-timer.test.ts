import { KratosError } from "@kratos-ts/core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { IdleTimer } from "./idle-timer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("tells once, so long after it was last touched", () => {
  const told: KratosError[] = [];
  const timer = new IdleTimer(100, (error) => told.push(error));
  vi.advanceTimersByTime(90);
  timer.touch();
  vi.advanceTimersByTime(90);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ code: 504, message: expect.stringContaining("100 ms (streamIdleTimeoutMs)") });
  expect(told[0]).toBeInstanceOf(KratosError);
  vi.advanceTimersByTime(1000);
  expect(told).toHaveLength(1);
});

it("tells nothing once it is stopped, and never with 0", () => {
  const told: unknown[] = [];
  const timer = new IdleTimer(100, (error) => told.push(error));
  const never = new IdleTimer(0, (error) => told.push(error));
  timer.stop();
  never.touch();
  vi.advanceTimersByTime(1_000_000);
  expect(told).toEqual([]);
});
