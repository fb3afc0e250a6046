import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { collected, recordsIn } from "../testdata/collected.ts";
import { createLogger } from "./create-logger.ts";

function start(how: string) {
  return spawn(process.execPath, [join(import.meta.dirname, "../testdata/logs-to-stdout.ts"), how]);
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "kratos-log-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

describe("stdout", () => {
  test.each(["exits", "throws"])("has every line when the process %s", async (how) => {
    const child = start(how);
    const [lines] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    expect(recordsIn(lines).map((line) => line.msg)).toEqual(Array.from({ length: 1000 }, (_, i) => `line ${i}`));
  });

  test("that nobody reads any more does not end the process", async () => {
    const child = start("once-closed");
    child.stdout.destroy();
    await once(child.stdout, "close");
    child.stdin.end("closed");
    const [report, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect(code).toBe(0);
    expect(JSON.parse(report).errors).toEqual(["EPIPE"]);
    expect(JSON.parse(report).dropped).toBeGreaterThan(0);
  });
});

describe("a file", () => {
  test("is made, with its folder, and appended to", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "logs", "app.log");
    for (const message of ["first", "second"]) {
      const logger = createLogger({ destination: { file } });
      logger.info(message);
      await logger.close();
    }
    expect(recordsIn(readFileSync(file, "utf8")).map((line) => line.msg)).toEqual(["first", "second"]);
  });

  test("that can't be opened is told of at once", () => {
    using folder = temporaryFolder();
    expect(() => createLogger({ destination: { file: folder.path } })).toThrow(/EISDIR/);
  });

  test.skipIf(!existsSync("/dev/full"))("on a full disk costs lines and nothing else", async () => {
    const failed = Promise.withResolvers<NodeJS.ErrnoException>();
    const logger = createLogger({
      destination: { file: "/dev/full" },
      maxBuffered: 10_000,
      onError: (error) => failed.resolve(error),
    });
    for (let i = 0; i < 1000; i++)
      logger.info("a line that is about a hundred bytes long, with its time and level", { i });
    expect((await failed.promise).code).toBe("ENOSPC");
    expect(logger.dropped).toBeGreaterThan(800);
    await logger.close();
  });

  test("is written to by the time that flush resolves", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "app.log");
    await using logger = createLogger({ destination: { file } });
    for (let i = 0; i < 1000; i++) logger.info("line");
    await logger.flush();
    expect(recordsIn(readFileSync(file, "utf8"))).toHaveLength(1000);
  });
});

describe("a stream", () => {
  test("that takes nothing is not waited for: what is too much is dropped, and counted", () => {
    const logger = createLogger({ destination: new Writable({ write() {} }), maxBuffered: 10_000 });
    for (let i = 0; i < 1000; i++)
      logger.info("a line that is about a hundred bytes long, with its time and level", { i });
    expect(logger.dropped).toBeGreaterThan(800);
    expect(logger.dropped).toBeLessThan(1000);
  });

  test("that takes nothing does not keep close waiting", async () => {
    const logger = createLogger({ destination: new Writable({ write() {} }) });
    logger.info("line");
    await logger.close();
  });

  test("is left open, and its errors are its owner's again", async () => {
    const { stream } = collected();
    await createLogger({ destination: stream }).close();
    expect([stream.writable, stream.listenerCount("error")]).toEqual([true, 0]);
  });

  test("that fails tells onError, which may fail as well", async () => {
    const { stream } = collected();
    const logger = createLogger({
      destination: stream,
      onError: () => {
        throw new Error("the reporter is down");
      },
    });
    stream.destroy(new Error("gone"));
    await new Promise((resolve) => stream.once("close", resolve));
    logger.info("lost");
    expect(logger.dropped).toBe(1);
  });
});

test("maxBuffered must be positive", () => {
  expect(() => createLogger({ maxBuffered: 0 })).toThrow("createLogger: maxBuffered must be a positive number, got 0");
});
