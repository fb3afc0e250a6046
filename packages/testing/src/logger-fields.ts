import { KratosError } from "@kratos-ts/core";
import { expect } from "vitest";
import { fieldsOf, loggerCase, written } from "./logger-case.ts";
import type { LoggerCase } from "./logger-contract.ts";

const plain = {
  text: "é",
  zero: 0,
  float: -1.5,
  yes: true,
  none: null,
  list: [1, "2", [null]],
  deep: { a: { b: {} } },
};

/** Bound fields, and every kind of value that a field can have. */
export const fieldCases: readonly LoggerCase[] = [
  loggerCase("writes what JSON can hold as it is", async (subject) => {
    expect(await fieldsOf(subject, plain)).toEqual(plain);
  }),
  loggerCase("writes no fields where none are given", async (subject) => {
    expect((await written(subject, (logger) => logger.warn("line"))).fields).toEqual({});
  }),
  loggerCase("leaves out what is undefined", async (subject) => {
    expect(await fieldsOf(subject, { a: undefined, b: 1 })).toEqual({ b: 1 });
  }),
  loggerCase("adds bound fields to each line, the original logger staying as it was", async (subject) => {
    const child = subject.logger.with({ a: 1 });
    child.info("first", { b: 2 });
    child.error("second");
    subject.logger.info("third");
    expect((await subject.lines()).map((line) => line.fields)).toEqual([{ a: 1, b: 2 }, { a: 1 }, {}]);
  }),
  loggerCase("lets the nearest of several fields of one name win", async (subject) => {
    const child = subject.logger.with({ a: "outer", b: "outer", c: "outer" }).with({ b: "inner", c: "inner" });
    const line = await written(subject, () => child.info("line", { c: "line" }));
    expect(line.fields).toEqual({ a: "outer", b: "inner", c: "line" });
  }),
  loggerCase("writes values as they were when they were logged or bound", async (subject) => {
    const value = { state: "then" };
    const child = subject.logger.with({ bound: value });
    child.info("line", { value });
    value.state = "later";
    const [line] = await subject.lines();
    expect(line?.fields).toEqual({ bound: { state: "then" }, value: { state: "then" } });
  }),
  ...["level", "message", "msg", "time", "timestamp", "severity", "tag"].map((name) =>
    loggerCase(`keeps its own apart from a field that is called ${name}`, async (subject) => {
      const line = await written(subject, (logger) => logger.with({ [name]: "bound" }).info("line", { [name]: "own" }));
      expect([line.level, line.message]).toEqual(["info", "line"]);
      expect(Object.values(line.fields)).toEqual(["own"]);
    }),
  ),
  loggerCase("writes an error with its name, message, stack and cause", async (subject) => {
    const error = new TypeError("outer", { cause: new Error("inner") });
    const fields = await fieldsOf(subject, { error });
    const cause = expect.objectContaining({ name: "Error", message: "inner" });
    expect(fields.error).toMatchObject({ name: "TypeError", message: "outer", stack: error.stack, cause });
  }),
  loggerCase("writes a KratosError with code and reason", async (subject) => {
    const error = new KratosError({ code: 404, reason: "GONE", message: "no", metadata: { id: "7" } });
    const fields = await fieldsOf(subject, { error });
    expect(fields.error).toMatchObject({ code: 404, reason: "GONE", message: "no", metadata: { id: "7" } });
  }),
  loggerCase("writes text for what JSON cannot hold", async (subject) => {
    const date = new Date(0);
    const fields = await fieldsOf(subject, { big: 2n ** 64n, nan: Number.NaN, date, url: new URL("http://a/b") });
    expect(fields).toEqual({
      big: "18446744073709551616",
      nan: "NaN",
      date: "1970-01-01T00:00:00.000Z",
      url: "http://a/b",
    });
  }),
  loggerCase("writes maps as objects, sets as lists, bytes in base64", async (subject) => {
    const fields = { map: new Map([["a", 1n]]), set: new Set([1]), bytes: new Uint8Array([1, 2, 3]) };
    expect(await fieldsOf(subject, fields)).toEqual({ map: { a: "1" }, set: [1], bytes: "AQID" });
  }),
  loggerCase("writes a line whose values refer to themselves, or are too deep", async (subject) => {
    const circular: Record<string, unknown> = { a: 1 };
    circular.self = circular;
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const fields = await fieldsOf(subject, { circular, deep, b: 2 });
    expect(fields).toMatchObject({ circular: { a: 1 }, b: 2 });
  }),
  loggerCase("writes a line whose values throw when they are read", async (subject) => {
    const thrower = () => {
      throw new Error("not readable");
    };
    const bad = Object.defineProperty({ a: 1 }, "b", { enumerable: true, get: thrower });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(await fieldsOf(subject, { bad, proxy, json: { toJSON: thrower }, c: 3 })).toMatchObject({ c: 3 });
  }),
  loggerCase("writes functions and symbols without failing", async (subject) => {
    expect(await fieldsOf(subject, { f: () => 1, s: Symbol("s"), a: 1 })).toMatchObject({ a: 1 });
  }),
  loggerCase("keeps a value within bounds, whatever its size", async (subject) => {
    const fields = await fieldsOf(subject, { text: "x".repeat(1_000_000), list: Array(100_000).fill(0), a: 1 });
    expect(fields.a).toBe(1);
    expect(JSON.stringify(fields).length).toBeLessThan(100_000);
  }),
  loggerCase("survives a field that is called __proto__, and a reader of its lines does too", async (subject) => {
    const fields = await fieldsOf(subject, JSON.parse('{"__proto__":{"polluted":1},"a":1}'));
    expect(fields.a).toBe(1);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }),
  loggerCase(
    "shows nothing of a Protobuf message but its type, as it can't know what is sensitive",
    async (subject) => {
      const message = { $typeName: "users.v1.Login", name: "ada", password: "hunter2" };
      const fields = await fieldsOf(subject, { args: message, list: [message] });
      const shown = { "@type": "users.v1.Login" };
      expect(fields).toEqual({ args: shown, list: [shown] });
    },
  ),
];
