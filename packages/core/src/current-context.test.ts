import { expect, test } from "vitest";
import { CallContext, createContextKey, currentContext, runInContext } from "./index.ts";

const name = createContextKey("none");
const named = (value: string) => new CallContext({}).with(name, value);
const currentName = () => currentContext()?.get(name);
const tick = () => new Promise((resolve) => setImmediate(resolve));

test("is undefined outside of calls", () => {
  expect(currentContext()).toBeUndefined();
});

test("is the context given, at any depth of calls and waits", async () => {
  const ctx = named("outer");
  const below = async () => {
    await tick();
    return currentContext();
  };
  expect(
    await runInContext(ctx, async () => [currentContext(), await below(), await Promise.resolve().then(below)]),
  ).toEqual([ctx, ctx, ctx]);
});

test("is the innermost one, and the outer one again afterwards", async () => {
  const seen = await runInContext(named("outer"), async () => {
    const inner = await runInContext(named("inner"), async () => {
      await tick();
      return currentName();
    });
    return [currentName(), inner, currentName()];
  });
  expect(seen).toEqual(["outer", "inner", "outer"]);
  expect(currentContext()).toBeUndefined();
});

test("is not mixed up between calls that run at the same time", async () => {
  const call = (value: string) =>
    runInContext(named(value), async () => {
      await tick();
      return currentName();
    });
  expect(await Promise.all(["a", "b", "c"].map(call))).toEqual(["a", "b", "c"]);
});

test("gives the function its arguments, and gives back what it returns or throws", () => {
  expect(runInContext(named("a"), (one: number, two: string) => `${one}${two}${currentName()}`, 1, "x")).toBe("1xa");
  const thrower = () => runInContext(named("a"), () => JSON.parse("{"));
  expect(thrower).toThrow(SyntaxError);
  expect(currentContext()).toBeUndefined();
});
