import { describe, expect, test } from "vitest";
import { callContext, callInfo, read } from "../testdata/calls.ts";
import { type EndOf, tracked } from "./call-end.ts";

const thrown = new Error("broken");

async function* messages(error?: Error) {
  yield 1;
  yield 2;
  if (error) throw error;
}

/** A streaming call, and what was told of its end so far. */
async function streaming(until: EndOf, stream: AsyncIterable<number>) {
  const told: unknown[] = [];
  const ctx = callContext("server");
  const run = tracked(async () => stream, callInfo("server", "bidi_streaming"), until);
  const reply = (await run({}, ctx, (failure) => told.push(failure))) as AsyncIterable<number>;
  return { told, ctx, reply };
}

describe("a unary call", () => {
  test("ends with its reply, before its caller gets it", async () => {
    const order: unknown[] = [];
    const run = tracked(async () => "reply", callInfo("server"), "over");
    order.push(await run({}, callContext("server"), (failure) => order.push(failure)));
    expect(order).toEqual([undefined, "reply"]);
  });

  test("ends with what was thrown, be that undefined", async () => {
    const told: unknown[] = [];
    const run = tracked(() => Promise.reject(undefined), callInfo("server"), "over");
    await expect(run({}, callContext("server"), (failure) => told.push(failure))).rejects.toBeUndefined();
    expect(told).toEqual([{ thrown: undefined }]);
  });
});

describe("a stream", () => {
  test("is over with its last message", async () => {
    const { told, reply } = await streaming("over", messages());
    const iterator = reply[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    expect(told).toEqual([]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(told).toEqual([undefined]);
  });

  test("is over with an error, which its reader gets", async () => {
    const { told, reply } = await streaming("over", messages(thrown));
    expect(await read(reply)).toEqual({ got: [1, 2], error: thrown });
    expect(told).toEqual([{ thrown }]);
  });

  test("is over when its reader stops, and is ended", async () => {
    let ended = false;
    const { told, reply } = await streaming(
      "over",
      (async function* () {
        try {
          yield* messages();
        } finally {
          ended = true;
        }
      })(),
    );
    for await (const message of reply) if (message === 1) break;
    expect(told).toEqual([undefined]);
    expect(ended).toBe(true);
  });

  test("is over once when its call is cancelled though nobody reads it", async () => {
    const { told, ctx, reply } = await streaming("over", messages());
    ctx.cancel(thrown);
    await read(reply);
    expect(told).toEqual([{ thrown }]);
  });

  test("of a call that is cancelled already is over at once", async () => {
    const told: unknown[] = [];
    const ctx = callContext("server");
    ctx.cancel(thrown);
    const run = tracked(async () => messages(), callInfo("server", "server_streaming"), "over");
    await run({}, ctx, (failure) => told.push(failure));
    expect(told).toEqual([{ thrown }]);
  });

  test("has replied with its first message", async () => {
    const { told, reply } = await streaming("replied", messages(thrown));
    await reply[Symbol.asyncIterator]().next();
    expect(told).toEqual([undefined]);
    await read(reply);
    expect(told).toEqual([undefined]);
  });
});
