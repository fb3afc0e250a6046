import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { CallContext, runInContext } from "@kratos-ts/core";
import { expect, test } from "vitest";
import { collected } from "../testdata/collected.ts";
import { LoginSchema, loginMethod } from "../testdata/login-proto.ts";
import { createLogger, type LoggerOptions } from "./create-logger.ts";

function logged(args: unknown, options: LoggerOptions = { types: [LoginSchema] }) {
  const { stream, text, lines } = collected();
  createLogger({ ...options, destination: stream }).info("line", { args });
  expect(text()).not.toContain("hunter2");
  return lines()[0]?.fields.args;
}

const secret = { userName: "ada", password: "hunter2" };
const shown = { userName: "ada", password: "***" };
const login = create(LoginSchema, { ...secret, seen: 2n ** 60n } as never);

test("a message is written as Protobuf JSON, what is sensitive masked", () => {
  expect(logged(login)).toEqual({ ...shown, seen: "1152921504606846976" });
});

test("wherever in the fields it is", () => {
  expect(logged([{ deep: new Map([["a", login]]) }])).toEqual([{ deep: { a: expect.objectContaining(shown) } }]);
});

test("what is sensitive is masked at any depth: in messages, lists, maps and Any", () => {
  const inner = create(LoginSchema, secret as never);
  const outer = create(LoginSchema, {
    other: inner,
    others: [inner],
    byName: { a: inner },
    any: anyPack(LoginSchema, inner),
    tokens: ["hunter2"],
  } as never);
  expect(logged(outer)).toEqual({
    seen: undefined,
    other: shown,
    others: [shown],
    byName: { a: shown },
    any: { "@type": "type.googleapis.com/users.v1.Login", ...shown },
    tokens: "***",
  });
});

test("of a type that is not known only the name is written", () => {
  expect(logged(login, {})).toEqual({ "@type": "users.v1.Login" });
});

test("the types of the method being called are known", () => {
  const ctx = new CallContext({ method: loginMethod });
  expect(runInContext(ctx, () => logged(login, {}))).toMatchObject(shown);
});

test("keys to mask are those of the JSON", () => {
  expect(logged(login, { types: [LoginSchema], mask: { keys: ["userName"] } })).toMatchObject({ userName: "***" });
});

test("a message that can't be written costs its value, not the line", () => {
  const broken = { ...create(LoginSchema), userName: 7n };
  expect(logged(broken)).toBe("[unreadable]");
});
