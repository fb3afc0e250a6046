import { describe, expect, test } from "vitest";
import { collected } from "../testdata/collected.ts";
import { createLogger, type LoggerOptions } from "./create-logger.ts";

function logged(options: LoggerOptions, fields: Record<string, unknown>, message = "line") {
  const { stream, lines } = collected();
  createLogger({ ...options, destination: stream }).info(message, fields);
  return lines()[0];
}

describe("mask", () => {
  test("hides keys at any depth, whatever their case", () => {
    const mask = { keys: ["password", "Authorization"] };
    const header = new Map([["AUTHORIZATION", "Bearer x"]]);
    const fields = { password: 1, args: { Password: "x", list: [{ password: { a: 1 } }] }, header, passwords: 1 };
    expect(logged({ mask }, fields)?.fields).toEqual({
      password: "***",
      args: { Password: "***", list: [{ password: "***" }] },
      header: { AUTHORIZATION: "***" },
      passwords: 1,
    });
  });

  test("hides a path in its place alone", () => {
    const fields = { user: { name: "ada", age: 1 }, name: "x", deep: { user: { name: "y" } } };
    expect(logged({ mask: { keys: ["user.name"] } }, fields)?.fields).toEqual({
      user: { name: "***", age: 1 },
      name: "x",
      deep: { user: { name: "y" } },
    });
  });

  test("hides texts that are the whole value, and patterns wherever they occur", () => {
    const mask = { values: ["hunter2", /\b\d{16}\b/] };
    const fields = {
      a: "hunter2",
      b: "hunter22",
      c: "card 4111111111111111, 4111111111111112",
      d: new Error("hunter2"),
    };
    const line = logged({ mask }, fields, "paid by 4111111111111111");
    expect(line?.message).toBe("paid by ***");
    expect(line?.fields).toMatchObject({ a: "***", b: "hunter22", c: "card ***, ***", d: { message: "***" } });
    expect(JSON.stringify(line?.fields.d)).not.toContain("hunter2");
  });

  test("hides in bound fields too", () => {
    const { stream, text } = collected();
    createLogger({ destination: stream, mask: { keys: ["token"] } })
      .with({ token: "abc" })
      .info("line");
    expect(text()).toContain('"token":"***"');
  });
});

describe("filter", () => {
  test("decides by level, message and all fields, masked", () => {
    const { stream, lines } = collected();
    const seen: unknown[] = [];
    const filter: LoggerOptions["filter"] = (line) => {
      seen.push(line);
      return line.fields.path !== "/health";
    };
    const logger = createLogger({ destination: stream, filter, mask: { keys: ["token"] } }).with({ token: "abc" });
    logger.info("kept", { path: "/users" });
    logger.warn("dropped", { path: "/health" });
    expect(lines().map((line) => line.message)).toEqual(["kept"]);
    expect(seen[1]).toEqual({ level: "warn", message: "dropped", fields: { token: "***", path: "/health" } });
  });

  test("that throws has the line written", () => {
    const filter = () => {
      throw new Error("broken filter");
    };
    expect(logged({ filter }, {})?.message).toBe("line");
  });
});
