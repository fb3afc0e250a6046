import { type Context, errorNotFound, errorServiceUnavailable, type Handler, type Transporter } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, countingMeter, infoOf } from "../testdata/calls.ts";
import { Users } from "../testdata/gen/users/v1/users_pb.ts";
import { Simulation } from "../testdata/simulation.ts";
import { type RetryOptions, retry } from "./retry.ts";

const unavailable = errorServiceUnavailable("DOWN");

interface Attempt {
  /** How long it takes, in ms; undefined: for ever. */
  readonly ms?: number;
  readonly error?: Error;
  readonly headers?: Record<string, string>;
}

/** Makes one call in a simulated world, with hedging after 100 ms, whose attempts go as told. */
async function hedged(attempts: Attempt[], options: RetryOptions & { cancelAt?: number } = {}) {
  const world = new Simulation();
  const ctx = callContext("client");
  const started: number[] = [];
  const contexts: Context[] = [];
  const handler: Handler = (_, given) => {
    const index = started.push(world.time) - 1;
    contexts.push(given);
    const { ms, error, headers = {} } = attempts[index] ?? {};
    return new Promise((resolve, reject) => {
      // As the gRPC client does: who ends, also by being cancelled, leaves its own headers.
      given.signal.addEventListener("abort", () => leave(ctx.transport, {}));
      if (ms === undefined) return;
      world.at(world.time + ms, () => {
        leave(ctx.transport, headers);
        if (error) reject(error);
        else resolve(`reply ${index}`);
      });
    });
  };
  const { now, setTimer } = world;
  const run = retry({ hedgeAfterMs: 100, now, setTimer, random: () => 0.5, ...options })(
    handler,
    infoOf(Users.method.find),
  );
  if (options.cancelAt !== undefined) world.at(options.cancelAt, () => ctx.cancel());
  let endedAt: number | undefined;
  const outcome = run({}, ctx).then(
    (reply) => ({ reply, error: undefined }),
    (error) => ({ reply: undefined, error }),
  );
  outcome.then(() => {
    endedAt = world.time;
  });
  await world.runAsync();
  return { ...(await outcome), started, endedAt, cancelled: contexts.map((c) => c.signal.aborted), ctx };
}

function leave({ replyHeader }: Transporter, headers: Record<string, string>): void {
  for (const name of [...replyHeader.keys()]) replyHeader.delete(name);
  for (const name in headers) replyHeader.set(name, headers[name] as string);
}

describe("hedging", () => {
  test("makes one attempt when that answers in time", async () => {
    expect(await hedged([{ ms: 99 }])).toMatchObject({ reply: "reply 0", started: [0], endedAt: 99 });
  });

  test("makes more beside the first, takes the first reply and cancels the others", async () => {
    const { reply, started, endedAt, cancelled } = await hedged([{}, { ms: 50 }]);
    expect({ reply, started, endedAt }).toEqual({ reply: "reply 1", started: [0, 100], endedAt: 150 });
    expect(cancelled).toEqual([true, false]);
  });

  test("makes no more than `attempts`", async () => {
    expect(await hedged([{}, {}, { ms: 500 }])).toMatchObject({
      reply: "reply 2",
      started: [0, 100, 200],
      endedAt: 700,
    });
  });

  test("goes on at once, after a back-off, when an attempt fails", async () => {
    expect(await hedged([{ ms: 10, error: unavailable }, { ms: 5 }])).toMatchObject({
      reply: "reply 1",
      started: [0, 60],
      endedAt: 65,
    });
  });

  test("fails with what no attempt can help", async () => {
    const error = errorNotFound("USER_NOT_FOUND");
    expect(await hedged([{}, { ms: 5, error }])).toMatchObject({ error, started: [0, 100], endedAt: 105 });
  });

  test("fails with the last error when all have failed", async () => {
    const last = errorServiceUnavailable("LAST");
    const attempts = [
      { ms: 150, error: unavailable },
      { ms: 90, error: unavailable },
      { ms: 200, error: last },
    ];
    expect(await hedged(attempts)).toMatchObject({ error: last, started: [0, 100, 290] });
  });

  test("waits for the attempts that are left when the budget is spent", async () => {
    const meter = countingMeter();
    const budget = { minRetries: 0 };
    expect(await hedged([{ ms: 300 }], { budget, meter })).toMatchObject({ reply: "reply 0", started: [0] });
    expect(await hedged([{ ms: 10, error: unavailable }], { budget })).toMatchObject({
      error: unavailable,
      started: [0],
    });
    expect(meter.counts).toEqual({ "retries_over_budget_total{client,/users.v1.Users/Find}": 1 });
  });

  test("makes no more attempts when the server does not want any", async () => {
    const pushback = { ms: 50, error: unavailable, headers: { "grpc-retry-pushback-ms": "-1" } };
    expect(await hedged([pushback])).toMatchObject({ error: unavailable, started: [0] });
  });

  test("ends with the call, and all attempts with it", async () => {
    const { error, cancelled, endedAt } = await hedged([{}, {}], { cancelAt: 150 });
    expect(error).toMatchObject({ code: 499 });
    expect({ cancelled, endedAt }).toEqual({ cancelled: [true, true], endedAt: 150 });
  });

  test("leaves the headers of the reply that was taken", async () => {
    const { ctx } = await hedged([{}, { ms: 50, headers: { "x-attempt": "1" } }]);
    expect(ctx.transport.replyHeader.get("x-attempt")).toBe("1");
  });
});
