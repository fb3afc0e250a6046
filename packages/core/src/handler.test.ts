import { describe, expect, test } from "vitest";
import { methodOf } from "../testdata/fixtures.ts";
import {
  CallContext,
  type CallInfo,
  chain,
  createContextKey,
  currentContext,
  type Handler,
  type Middleware,
} from "./index.ts";

const step = createContextKey("none");
const info: CallInfo = {
  operation: "/fixture.v1.Kinds/Unary",
  kind: "grpc",
  side: "server",
  method: methodOf("Unary"),
};
const streamInfo: CallInfo = { ...info, method: methodOf("BidiStream") };

/** A middleware that notes when it is entered and left. */
const noting =
  (log: string[], name: string): Middleware =>
  (next) =>
  async (req, ctx) => {
    log.push(`${name} in`);
    const reply = await next(req, ctx);
    log.push(`${name} out`);
    return reply;
  };

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("chain", () => {
  test("runs the first middleware outermost, each once a call", async () => {
    const log: string[] = [];
    const handler = chain(noting(log, "a"), noting(log, "b"))(async (req) => `${req}!`, info);
    expect(await handler("hi", new CallContext({}))).toBe("hi!");
    expect(log).toEqual(["a in", "b in", "b out", "a out"]);
  });

  test("without middleware is the handler", async () => {
    expect(await chain()(async (req) => req, info)("hi", new CallContext({}))).toBe("hi");
  });

  test("composes a middleware once a method, with what is known of the method", async () => {
    const composed: CallInfo[] = [];
    const counting: Middleware = (next, given) => {
      composed.push(given);
      return next;
    };
    const handler = chain(counting)(async () => "ok", info);
    const ctx = new CallContext({});
    await Promise.all([handler(1, ctx), handler(2, ctx)]);
    expect(composed).toEqual([info]);
  });

  test("lets a middleware answer by itself, change the request, and change the reply", async () => {
    const cached: Middleware = (next) => async (req, ctx) => (req === "cached" ? "from cache" : next(req, ctx));
    const louder: Middleware = (next) => async (req, ctx) => `${await next(`${req}, friend`, ctx)}!`;
    const handler = chain(cached, louder)(async (req) => `hello ${req}`, info);
    const ctx = new CallContext({});
    expect([await handler("cached", ctx), await handler("ada", ctx)]).toEqual(["from cache", "hello ada, friend!"]);
  });

  test("passes on what is thrown, and lets a middleware catch it", async () => {
    const failing: Handler = async () => {
      throw new Error("no");
    };
    const ctx = new CallContext({});
    await expect(chain(noting([], "a"))(failing, info)(1, ctx)).rejects.toThrow("no");
    const catching: Middleware = (next) => (req, ctx) => next(req, ctx).catch((error) => error.message);
    expect(await chain(catching)(failing, info)(1, ctx)).toBe("no");
  });

  test("nests: a chain is a middleware", async () => {
    const log: string[] = [];
    const inner = chain(noting(log, "b"), noting(log, "c"));
    await chain(noting(log, "a"), inner)(async () => "ok", info)(1, new CallContext({}));
    expect(log.slice(0, 3)).toEqual(["a in", "b in", "c in"]);
  });
});

describe("currentContext() in a chain", () => {
  test("is the context that each part was given, before and after it called the next", async () => {
    const seen: unknown[] = [];
    const note = () => seen.push(currentContext()?.get(step));
    const setting =
      (value: string): Middleware =>
      (next) =>
      async (req, ctx) => {
        note();
        const reply = await next(req, ctx.with(step, value));
        note();
        return reply;
      };
    const handler = chain(setting("a"), setting("b"))(async () => note(), info);
    await handler(1, new CallContext({}).with(step, "call"));
    expect(seen).toEqual(["call", "a", "b", "a", "call"]);
  });

  test("is that of the call, also when a call is made inside of another", async () => {
    const inner = chain()(async () => currentContext()?.get(step), info);
    const outer = chain()(
      async () => [await inner(1, new CallContext({}).with(step, "inner")), currentContext()?.get(step)],
      info,
    );
    expect(await outer(1, new CallContext({}).with(step, "outer"))).toEqual(["inner", "outer"]);
  });

  test("is the same in the body of a stream, whoever reads it", async () => {
    const setting: Middleware = (next) => (req, ctx) => next(req, ctx.with(step, "set"));
    const streaming: Handler = async () =>
      (async function* () {
        yield currentContext()?.get(step);
        await Promise.resolve();
        yield currentContext()?.get(step);
      })();
    const handler = chain(setting)(streaming, streamInfo);
    expect(await collect(await handler(1, new CallContext({})))).toEqual(["set", "set"]);
  });
});

describe("a stream", () => {
  const counting: Handler<AsyncIterable<number>, AsyncIterable<number>> = async (numbers) =>
    (async function* () {
      for await (const number of numbers) yield number * 2;
    })();

  test("passes the chain in one piece, both ways", async () => {
    const log: string[] = [];
    const addOne: Middleware = (next) => async (req, ctx) => {
      async function* added(items: AsyncIterable<number>) {
        for await (const item of items) yield item + 1;
      }
      return added(await next(added(req), ctx));
    };
    const handler = chain(noting(log, "a"), addOne)(counting, streamInfo);
    const numbers = (async function* () {
      yield* [1, 2, 3];
    })();
    expect(await collect(await handler(numbers, new CallContext({})))).toEqual([5, 7, 9]);
    expect(log).toEqual(["a in", "a out"]);
  });

  test("that its reader leaves early is told so", async () => {
    const log: string[] = [];
    const endless: Handler = async () =>
      (async function* () {
        try {
          for (;;) yield "more";
        } finally {
          log.push(`closed in ${currentContext()?.get(step)}`);
        }
      })();
    const reply = await chain(noting([], "a"))(endless, streamInfo)(1, new CallContext({}).with(step, "call"));
    for await (const item of reply) {
      expect(item).toBe("more");
      break;
    }
    expect(log).toEqual(["closed in call"]);
  });

  test("that fails half way gives what came before, and then its error", async () => {
    const breaking: Handler = async () =>
      (async function* () {
        yield 1;
        throw new Error("broke");
      })();
    const reply = await chain()(breaking, streamInfo)(1, new CallContext({}));
    const got: unknown[] = [];
    await expect(async () => {
      for await (const item of reply) got.push(item);
    }).rejects.toThrow("broke");
    expect(got).toEqual([1]);
  });
});
