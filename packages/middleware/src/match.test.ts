import type { Handler, Middleware } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo } from "../testdata/calls.ts";
import { type MatchOptions, match } from "./match.ts";

const marking: Middleware = (next) => async (req, ctx) => `(${await next(req, ctx)})`;
const plain: Handler = async () => "reply";

/** Whether the middleware ran. */
async function ran(options: MatchOptions, call: { operation?: string; side?: "client"; kind?: string } = {}) {
  const info = { ...callInfo("server"), ...call };
  return (await match(options, marking)(plain, info)({}, callContext(info.side))) === "(reply)";
}

const find = "/users.v1.Users/Find";
const list = "/users.v1.Users/List";

describe("fits an operation", () => {
  test.each<[string, MatchOptions, boolean, boolean]>([
    ["by name", { operation: find }, true, false],
    ["by one of several names", { operation: ["/a/B", find] }, true, false],
    ["by how it begins", { prefix: "/users.v1.Users/F" }, true, false],
    ["by one of several beginnings", { prefix: ["/a", "/users"] }, true, true],
    ["by an expression", { regexp: /\/users\.v\d\..*Find/ }, true, false],
    ["by one of several expressions", { regexp: [/a/, /.*List/] }, false, true],
    ["by what is known of the method", { method: ({ operation }) => operation.endsWith("d") }, true, false],
    ["by the call", { predicate: (_, { operation }) => operation === find }, true, false],
    ["by one of all these", { operation: find, prefix: "/x", predicate: (_, i) => i.operation === list }, true, true],
    ["that does not fit, turned around", { operation: find, invert: true }, false, true],
    ["that no call fits, turned around", { predicate: (_, i) => i.operation === find, invert: true }, false, true],
  ])("%s", async (_, options, finds, lists) => {
    expect([await ran(options), await ran(options, { operation: list })]).toEqual([finds, lists]);
  });

  test("as a whole, not in part, and whatever flags the expression has", async () => {
    expect(await ran({ regexp: /Find/ })).toBe(false);
    expect(await ran({ regexp: /a|b/ }, { operation: "ab" })).toBe(false);
    const sticky = { regexp: /.*find/giy };
    expect([await ran(sticky), await ran(sticky)]).toEqual([true, true]);
  });
});

test("asks the predicate with the call's context, and only where nothing else fits", async () => {
  const asked: unknown[] = [];
  const predicate: MatchOptions["predicate"] = (ctx, { operation }) => {
    asked.push(ctx.transport?.requestHeader.get("x-user"), operation);
    return true;
  };
  const middleware = match({ operation: list, predicate }, marking);
  const ctx = callContext("server", ["x-user", "anna"]);
  expect(await middleware(plain, callInfo("server"))({}, ctx)).toBe("(reply)");
  expect(await middleware(plain, { ...callInfo("server"), operation: list })({}, ctx)).toBe("(reply)");
  expect(asked).toEqual(["anna", find]);
});

test("is narrowed by side and by kind", async () => {
  expect(await ran({ side: "server" })).toBe(true);
  expect(await ran({ side: "client" })).toBe(false);
  expect(await ran({ prefix: "/", side: "client" }, { side: "client" })).toBe(true);
  expect(await ran({ kind: "http" })).toBe(false);
  expect(await ran({ kind: ["http", "grpc"], operation: find })).toBe(true);
  expect(await ran({ kind: "http", operation: find, invert: true }, { operation: list })).toBe(false);
});

test("runs several middleware in their order", async () => {
  const named =
    (name: string): Middleware =>
    (next) =>
    async (req, ctx) =>
      `${name}${await next(req, ctx)}`;
  const handler = match({ prefix: "/" }, named("a"), named("b"))(plain, callInfo("server"));
  expect(await handler({}, callContext("server"))).toBe("abreply");
});

test("is not there at all for methods that do not fit", () => {
  expect(match({ operation: list }, marking)(plain, callInfo("server"))).toBe(plain);
});

test("throws where no condition is given", () => {
  expect(() => match({}, marking)).toThrow("match() without a condition");
});
