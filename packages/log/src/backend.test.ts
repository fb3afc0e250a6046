import { type LogFields, type Logger, type LogLevel, noopLogger } from "@kratos-ts/core";
import { expect, test } from "vitest";
import { createLogger } from "./create-logger.ts";

function recording() {
  const lines: [LogLevel, string, LogFields?][] = [];
  const logger = (bound: LogFields): Logger => ({
    ...noopLogger,
    info: (message, fields) => void lines.push(["info", message, { ...bound, ...fields }]),
    error: (message, fields) => void lines.push(["error", message, { ...bound, ...fields }]),
    enabled: (level) => level !== "debug",
    with: (fields) => logger({ ...bound, ...fields }),
  });
  return { backend: logger({}), lines };
}

test("another backend gets lines that are rendered, masked and filtered", () => {
  const { backend, lines } = recording();
  const logger = createLogger({
    backend,
    level: "info",
    mask: { keys: ["token"] },
    values: { "trace.id": () => "4bf9" },
  });
  logger.with({ token: "abc" }).component("http").info("line", { big: 1n });
  logger.setLevel("error");
  logger.info("dropped");
  expect(lines).toEqual([["info", "line", { token: "***", component: "http", "trace.id": "4bf9", big: "1" }]]);
});

test("a level that the backend does not write is not enabled", () => {
  const { backend } = recording();
  const logger = createLogger({ backend, level: "debug" });
  expect([logger.enabled("debug"), logger.enabled("info")]).toEqual([false, true]);
});

test("a backend that throws costs its lines, which are counted", () => {
  const fail = () => {
    throw new Error("broken");
  };
  const logger = createLogger({ backend: { ...noopLogger, info: fail, enabled: () => true, with: () => noopLogger } });
  expect(() => logger.info("lost")).not.toThrow();
  expect(logger.dropped).toBe(1);
});

test("closing closes the backend, whose drops are the logger's", async () => {
  let closed = 0;
  const backend = { ...noopLogger, dropped: 3, [Symbol.asyncDispose]: async () => void closed++ };
  const logger = createLogger({ backend });
  expect(logger.dropped).toBe(3);
  await logger.close();
  expect(closed).toBe(1);
});
