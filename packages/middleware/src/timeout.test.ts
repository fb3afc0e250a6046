import { CallContext, type CallInfo, type Context, type Handler } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo, read } from "../testdata/calls.ts";
import { type TimeoutOptions, timeout } from "./timeout.ts";

const exceeded = { code: 504, reason: "", message: "context deadline exceeded" };
const never: Handler = () => new Promise(() => {});

function limitedBy(options: TimeoutOptions, next: Handler, kind: Parameters<typeof callInfo>[1] = "unary") {
  return timeout(options)(next, callInfo("server", kind));
}

describe("a call that takes too long", () => {
  test("ends with 504 though its handler goes on", async () => {
    await expect(limitedBy({ timeoutMs: 5 }, never)({}, callContext("server"))).rejects.toMatchObject(exceeded);
  });

  test("has its context cancelled, which keeps transport and values", async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const outer = callContext("server");
    const handler = limitedBy({ timeoutMs: 5 }, (_, ctx: Context) => {
      expect(ctx.transport).toBe(outer.transport);
      ctx.signal.addEventListener("abort", () => resolve(ctx.signal.reason));
      return new Promise(() => {});
    });
    handler({}, outer).catch(() => {});
    expect(await promise).toMatchObject(exceeded);
    expect(outer.cancelled).toBe(false);
  });

  test("may fail later without anybody's noticing", async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(limitedBy({ timeoutMs: 5 }, () => promise)({}, callContext("server"))).rejects.toMatchObject(exceeded);
    reject(new Error("an unhandled rejection would fail this run"));
    await new Promise((resolve) => setImmediate(resolve));
  });
});

test("passes replies and errors on", async () => {
  expect(await limitedBy({ timeoutMs: 1000 }, async (req) => req)("reply", callContext("server"))).toBe("reply");
  const thrown = new Error("broken");
  const handler = limitedBy({ timeoutMs: 1000 }, async () => {
    throw thrown;
  });
  await expect(handler({}, callContext("server"))).rejects.toBe(thrown);
});

test("cancels with the call around it", async () => {
  const ctx = callContext("server");
  const reply = limitedBy({ timeoutMs: 60_000 }, never)({}, ctx);
  ctx.cancel();
  await expect(reply).rejects.toMatchObject({ code: 499 });
});

test("does not make an earlier deadline later", async () => {
  const outer = new CallContext({ timeoutMs: 5 });
  await limitedBy({ timeoutMs: 60_000 }, async (_, ctx: Context) => expect(ctx.deadline).toBe(outer.deadline))(
    {},
    outer,
  );
  outer.end();
});

describe("limits", () => {
  const info = (operation: string): CallInfo => ({ ...callInfo("server"), operation });
  const leftIn = async (options: TimeoutOptions, operation: string): Promise<number | undefined> =>
    timeout(options)(async (_, ctx) => ctx.timeoutMs(), info(operation))({}, callContext("server"));

  test("can be set for single operations", async () => {
    const options = { timeoutMs: 1000, operations: { "/a/Slow": 60_000, "/a/Free": 0 } };
    expect(await leftIn(options, "/a/Slow")).toBeGreaterThan(50_000);
    expect(await leftIn(options, "/a/Other")).toBeLessThanOrEqual(1000);
    expect(await leftIn(options, "/a/Free")).toBeUndefined();
  });

  test.each([{ timeoutMs: -1 }, { timeoutMs: Number.NaN }, { operations: { "/a/B": Number.POSITIVE_INFINITY } }])(
    "have to be numbers of ms: %o",
    (options) => {
      expect(() => timeout(options)).toThrow(RangeError);
    },
  );
});

describe("a stream", () => {
  async function* stuck(): AsyncGenerator<number> {
    yield 1;
    await new Promise(() => {});
  }

  test.each(["server_streaming", "client_streaming", "bidi_streaming"] as const)("that is %s is left alone", (kind) => {
    expect(limitedBy({ timeoutMs: 5 }, never, kind)).toBe(never);
  });

  test("is limited to its end where that is asked for", async () => {
    const handler = limitedBy({ timeoutMs: 5, streams: true }, async () => stuck(), "server_streaming");
    const reply = await handler({}, callContext("server"));
    expect(await read(reply)).toMatchObject({ got: [1], error: exceeded });
  });

  test("that ends in time is whole", async () => {
    const handler = limitedBy(
      { timeoutMs: 1000, streams: true },
      async () =>
        (async function* () {
          yield 1;
          yield 2;
        })(),
      "server_streaming",
    );
    expect(await read(await handler({}, callContext("server")))).toEqual({ got: [1, 2], error: undefined });
  });
});
