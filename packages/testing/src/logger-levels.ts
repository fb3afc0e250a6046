import { expect } from "vitest";
import { levels, loggerCase, written } from "./logger-case.ts";
import type { LoggerCase } from "./logger-contract.ts";

/** Levels and messages. */
export const levelCases: readonly LoggerCase[] = [
  ...levels.map(
    (level, rank): LoggerCase => ({
      name: `at level ${level} writes that and what is above it, and says so`,
      options: { level },
      async check(subject) {
        for (const each of levels) subject.logger[each](`a line of ${each}`);
        const lines = await subject.lines();
        expect(lines.map((line) => [line.level, line.message])).toEqual(
          levels.slice(rank).map((each) => [each, `a line of ${each}`]),
        );
        expect(levels.filter((each) => subject.logger.enabled(each))).toEqual(levels.slice(rank));
        expect(levels.filter((each) => subject.logger.with({ a: 1 }).enabled(each))).toEqual(levels.slice(rank));
      },
    }),
  ),
  ...["", "two\nlines", "%s %d %j {}", "é😀\u2028", 'a "quoted" one', "tab\tand nul\u0000"].map((message) =>
    loggerCase(`writes the message ${JSON.stringify(message)} as it is`, async (subject) => {
      const line = await written(subject, (logger) => logger.info(message, { a: 1 }));
      expect(line.message).toBe(message);
      expect(line.fields).toEqual({ a: 1 });
    }),
  ),
];
