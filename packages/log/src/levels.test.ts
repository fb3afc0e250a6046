import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { collected } from "../testdata/collected.ts";
import { createLogger, type LoggerOptions } from "./create-logger.ts";

function setup(options: LoggerOptions = {}) {
  const { stream, lines } = collected();
  const logger = createLogger({ ...options, destination: stream });
  return { logger, messages: () => lines().map((line) => line.message) };
}

describe("setLevel", () => {
  test("reaches all loggers that were made before", () => {
    const { logger, messages } = setup();
    const child = logger.with({ a: 1 }).component("http").with({ b: 2 });
    child.debug("before");
    logger.setLevel("debug");
    child.debug("after");
    expect([logger.level, child.enabled("debug"), messages()]).toEqual(["debug", true, ["after"]]);
  });

  test("for a component leaves the others as they are", () => {
    const { logger, messages } = setup();
    logger.setLevel("debug", "http");
    logger.component("http").with({ a: 1 }).debug("http");
    logger.component("grpc").debug("grpc");
    logger.debug("none");
    expect(messages()).toEqual(["http"]);
  });

  test("refuses what is no level", () => {
    const { logger } = setup();
    expect(() => logger.setLevel("loud" as never)).toThrow("a log level is one of debug, info, warn, error, got loud");
    expect(() => createLogger({ level: "trace" as never })).toThrow(RangeError);
  });
});

test("components that are made up at run time do not add up: what is more than 1000 follows the logger", () => {
  const { logger } = setup();
  for (let i = 0; i < 1000; i++) logger.component(`user-${i}`);
  const more = logger.component("one more");
  logger.setLevel("debug", "one more");
  expect([more.enabled("debug"), more.enabled("info")]).toEqual([false, true]);
  logger.setLevel("warn");
  expect(more.enabled("info")).toBe(false);
});

test("components have the levels they are given, and their name on each line", () => {
  const { stream, lines } = collected();
  const logger = createLogger({ destination: stream, components: { db: "error" } });
  logger.component("db").warn("dropped");
  logger.component("db").error("db");
  logger.component("http").info("http");
  expect(lines().map((line) => line.fields)).toEqual([{ component: "db" }, { component: "http" }]);
});

test("levelSignal switches to debug and back, until the logger is closed", async () => {
  const { logger } = setup({ level: "warn", levelSignal: "SIGUSR2" });
  const before = process.listenerCount("SIGUSR2");
  const signal = async () => {
    const arrived = once(process, "SIGUSR2");
    process.kill(process.pid, "SIGUSR2");
    await arrived;
    return logger.level;
  };
  expect(await signal()).toBe("debug");
  expect(await signal()).toBe("warn");
  await logger.close();
  expect(process.listenerCount("SIGUSR2")).toBe(before - 1);
});

describe("levelHandler", () => {
  const url = "http://127.0.0.1/log/level";

  async function put(body: string | URLSearchParams, logger = setup().logger) {
    const response = await logger.levelHandler()(new Request(url, { method: "PUT", body }));
    return { status: response.status, body: await response.json() };
  }

  test("tells the levels", async () => {
    const { logger } = setup({ components: { http: "debug" } });
    const response = await logger.levelHandler()(new Request(url));
    expect(await response.json()).toEqual({ level: "info", components: { http: "debug" } });
  });

  test("sets them, for all or for a component, and takes a component's own away", async () => {
    const { logger } = setup();
    await put('{"level":"WARN"}', logger);
    expect(await put('{"level":"debug","component":"http"}', logger)).toEqual({
      status: 200,
      body: { level: "warn", components: { http: "debug" } },
    });
    expect(logger.component("http").enabled("debug")).toBe(true);
    expect(await put('{"level":null,"component":"http"}', logger)).toMatchObject({ body: { components: {} } });
    expect(logger.component("http").enabled("info")).toBe(false);
  });

  test("takes a form", async () => {
    expect(await put(new URLSearchParams({ level: "error" }))).toMatchObject({ status: 200, body: { level: "error" } });
  });

  test.each([
    ["", 'expected {"level":"debug"} in at most 4096 bytes'],
    ["null", 'expected {"level":"debug"}'],
    ["{", 'expected {"level":"debug"}'],
    ['{"level":"loud"}', "level: expected one of debug, info, warn, error"],
    ['{"level":null}', "level: expected one of"],
    ['{"level":"info","component":7}', "component: expected a string"],
    [JSON.stringify({ level: "info", component: "x".repeat(5000) }), "in at most 4096 bytes"],
  ])("refuses %s", async (body, message) => {
    const { logger } = setup();
    expect(await put(body, logger)).toMatchObject({
      status: 400,
      body: { code: 400, reason: "LOG_LEVEL", message: expect.stringContaining(message) },
    });
    expect(logger.level).toBe("info");
  });

  test("bounds how many components can be given a level", async () => {
    const { logger } = setup();
    for (let i = 0; i < 1000; i++) logger.setLevel("debug", `c${i}`);
    expect(await put('{"level":"debug","component":"one more"}', logger)).toMatchObject({ status: 400 });
    expect(await put('{"level":"error","component":"c7"}', logger)).toMatchObject({ status: 200 });
  });

  test("refuses other methods", async () => {
    const response = await setup().logger.levelHandler()(new Request(url, { method: "POST" }));
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, PUT"]);
  });
});
