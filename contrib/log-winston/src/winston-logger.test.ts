import { Writable } from "node:stream";
import type { LogLevel } from "@kratos-ts/core";
import { describeLoggerContract } from "@kratos-ts/testing";
import { expect, test } from "vitest";
import { config, createLogger, format, type LoggerOptions, transports } from "winston";
import Transport from "winston-transport";
import { createWinstonLogger } from "./winston-logger.ts";

// What winston has made of the line, under a symbol of its own.
const MESSAGE = Symbol.for("message");

/** A transport that keeps its lines, until it is broken. */
class Kept extends Transport {
  text = "";
  broken = false;

  override log(info: Record<symbol, string>, done: (error?: Error) => void): void {
    if (!this.broken) this.text += `${info[MESSAGE]}\n`;
    done(this.broken ? new Error("broken") : undefined);
  }

  records(): Record<string, unknown>[] {
    return this.text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }
}

function collected(options: LoggerOptions = {}) {
  const kept = new Kept({});
  return { kept, winston: createLogger({ format: format.json(), transports: [kept], ...options }) };
}

describeLoggerContract("createWinstonLogger", ({ level }) => {
  const { winston, kept } = collected({ level });
  const logger = createWinstonLogger({ logger: winston });
  return {
    logger,
    async lines() {
      await new Promise(setImmediate);
      return kept.records().map(({ level, message, ...fields }) => ({
        level: level as LogLevel,
        message: String(message),
        fields,
      }));
    },
    breakSink() {
      kept.broken = true;
    },
    [Symbol.asyncDispose]: () => logger.close(),
  };
});

test("a transport that fails is told of, and does not keep the others from their lines", async () => {
  const { winston, kept } = collected();
  const other = new Kept({});
  winston.add(other);
  const errors: string[] = [];
  await using logger = createWinstonLogger({ logger: winston, onError: (error) => errors.push(error.message) });
  other.broken = true;
  logger.info("line");
  await new Promise(setImmediate);
  expect([errors, kept.records()]).toEqual([["broken"], [{ level: "info", message: "line" }]]);
});

test("lines that slow transports have no room for are dropped, and counted", () => {
  const stuck = new Writable({ objectMode: true, highWaterMark: 1, write() {} });
  const winston = createLogger({ transports: [new transports.Stream({ stream: stuck })] });
  winston.pause();
  const logger = createWinstonLogger({ logger: winston, maxBuffered: 10 });
  for (let i = 0; i < 1000; i++) logger.info(`line ${i}`);
  expect(logger.dropped).toBeGreaterThan(900);
});

test("a format that throws costs its line, and is told of", async () => {
  const fails = format((info) => {
    if (info.message === "bad") throw new Error("the format is broken");
    return info;
  });
  const { winston, kept } = collected({ format: format.combine(fails(), format.json()) });
  const errors: string[] = [];
  const logger = createWinstonLogger({ logger: winston, onError: (error) => errors.push(error.message) });
  logger.info("bad");
  logger.info("good");
  await logger.close();
  expect([errors, logger.dropped, kept.records().map((line) => line.message)]).toEqual([
    ["the format is broken"],
    1,
    ["good"],
  ]);
});

test("where levels are those of syslog, warn is warning", async () => {
  const { winston, kept } = collected({ level: "warning", levels: config.syslog.levels });
  await using logger = createWinstonLogger({ logger: winston });
  logger.warn("line");
  logger.info("dropped");
  await logger.close();
  expect(kept.records()).toEqual([{ level: "warning", message: "line" }]);
});

test("closing ends the winston logger", async () => {
  const { winston } = collected();
  await createWinstonLogger({ logger: winston }).close();
  expect(winston.writable).toBe(false);
});

test("maxBuffered must be positive", () => {
  const { winston } = collected();
  expect(() => createWinstonLogger({ logger: winston, maxBuffered: 0 })).toThrow(RangeError);
});
