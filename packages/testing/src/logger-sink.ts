import { expect } from "vitest";
import { levels, loggerCase } from "./logger-case.ts";
import type { LoggerCase } from "./logger-contract.ts";

/** What becomes of lines when the sink is fine, fails, or is closed. */
export const sinkCases: readonly LoggerCase[] = [
  loggerCase("writes a thousand lines in their order", async (subject) => {
    for (let i = 0; i < 1000; i++) subject.logger.info(`line ${i}`);
    expect((await subject.lines()).map((line) => line.message)).toEqual(
      Array.from({ length: 1000 }, (_, i) => `line ${i}`),
    );
  }),
  loggerCase("has written everything when it is closed", async (subject) => {
    for (let i = 0; i < 100; i++) subject.logger.info(`line ${i}`);
    await subject.logger[Symbol.asyncDispose]();
    expect(await subject.lines()).toHaveLength(100);
  }),
  loggerCase("may be closed twice, and logged to afterwards", async (subject) => {
    const child = subject.logger.with({ a: 1 });
    await subject.logger[Symbol.asyncDispose]();
    await subject.logger[Symbol.asyncDispose]();
    for (const level of levels) expect(() => child[level]("late", { b: 2 })).not.toThrow();
    expect(() => subject.logger.with({ c: 3 }).enabled("error")).not.toThrow();
  }),
  loggerCase("neither throws nor makes the process fail when its sink does", async (subject) => {
    subject.logger.info("before");
    await subject.lines();
    await subject.breakSink();
    for (let i = 0; i < 100; i++) {
      expect(() => subject.logger.error(`line ${i}`, { i })).not.toThrow();
      // Failures of sinks arrive in a later turn; uncaught ones fail the run.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }),
  loggerCase("closes in good time when its sink has failed", async (subject) => {
    await subject.breakSink();
    subject.logger.error("lost");
    const begin = performance.now();
    await subject.logger[Symbol.asyncDispose]();
    expect(performance.now() - begin).toBeLessThan(10_000);
  }),
];
