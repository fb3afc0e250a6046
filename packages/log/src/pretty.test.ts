import { expect, test } from "vitest";
import { collected } from "../testdata/collected.ts";
import { createLogger, type LoggerOptions } from "./create-logger.ts";
import { prettyLine } from "./pretty.ts";

const line = (fields: object) => JSON.stringify({ level: "INFO", time: "2026-01-02T03:04:05.678Z", ...fields });

test("a line is time, level, message and fields", () => {
  const fields = { a: 1, b: "plain/text", c: "two words", d: { e: [1] }, msg: "the message" };
  expect(prettyLine(line(fields), false)).toBe(
    '03:04:05.678 INFO  the message a=1 b=plain/text c="two words" d={"e":[1]}\n',
  );
});

test("the stack of an error is below", () => {
  const error = { name: "TypeError", message: "no", stack: "TypeError: no\n    at a.ts:1" };
  expect(prettyLine(line({ msg: "failed", error }), false)).toBe(
    '03:04:05.678 INFO  failed error="TypeError: no"\n    TypeError: no\n    at a.ts:1\n',
  );
});

test("colors are for terminals", () => {
  expect(prettyLine(line({ msg: "m" }), true)).toContain("\u001b[32mINFO");
});

test("nothing in a line controls the terminal", () => {
  const evil = "\u001b[2J\r\n\u009b1m";
  const error = { name: evil, message: evil, stack: evil };
  const text = prettyLine(line({ msg: evil, [evil]: evil, deep: { evil }, error }), false);
  expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  expect(text).toContain("\\u001b[2J\\u000d");
});

test.each<[LoggerOptions["format"], boolean, boolean]>([
  [undefined, true, true],
  [undefined, false, false],
  ["json", true, false],
  ["pretty", false, true],
])("format %s, on a terminal: %s: is pretty: %s", (format, isTTY, expected) => {
  const { stream, text } = collected();
  createLogger({ destination: Object.assign(stream, { isTTY }), format }).info("line");
  expect(!text().startsWith("{")).toBe(expected);
});
