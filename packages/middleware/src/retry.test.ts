import {
  CallContext,
  type Context,
  errorServiceUnavailable,
  errorTooManyRequests,
  type Handler,
  KratosError,
} from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, countingMeter, infoOf, read } from "../testdata/calls.ts";
import { Users } from "../testdata/gen/users/v1/users_pb.ts";
import { isIdempotent, type RetryOptions, retry } from "./retry.ts";

const { find, replace, add, list, import: importMethod, chat } = Users.method;
const unavailable = errorServiceUnavailable("DOWN", "not now");

/** Timers that fire at once, and how long they would have waited. */
function timers() {
  const waits: number[] = [];
  const setTimer = (run: () => void, ms: number) => {
    waits.push(Math.round(ms));
    queueMicrotask(run);
    return () => {};
  };
  return { waits, setTimer };
}

/** A method that fails as told, one attempt after the other, and then replies. */
function failing(...errors: unknown[]): Handler & { readonly attempts: () => number } {
  let attempts = 0;
  const handler: Handler = async () => {
    const error = errors[attempts++];
    if (error !== undefined) throw error;
    return "reply";
  };
  return Object.assign(handler, { attempts: () => attempts });
}

/** What a call gives, how many attempts it took and which waits. */
async function called(handler: ReturnType<typeof failing>, options: RetryOptions = {}, method: typeof find = find) {
  const { waits, setTimer } = timers();
  const run = retry({ setTimer, random: () => 0.5, ...options })(handler, infoOf(method));
  const result = await run({}, callContext("client")).catch((error) => error);
  return { result, attempts: handler.attempts(), waits };
}

describe("a method", () => {
  test.each([
    ["without side effects", find, 2],
    ["that is idempotent", replace, 2],
    ["that says nothing", add, 1],
  ])("%s is called so often: %s", async (_, method, attempts) => {
    expect((await called(failing(unavailable), {}, method as typeof find)).attempts).toBe(attempts);
  });

  test("can be chosen otherwise", async () => {
    const methods: RetryOptions["methods"] = (info) => isIdempotent(info) || info.operation.endsWith("/Add");
    expect(await called(failing(unavailable), { methods }, add as typeof find)).toMatchObject({ result: "reply" });
    expect((await called(failing(unavailable), { methods: () => false })).attempts).toBe(1);
  });

  test("of a server is left alone", () => {
    const handler = failing();
    expect(retry()(handler, infoOf(find, "server"))).toBe(handler);
  });
});

describe("an error", () => {
  test("of the last attempt is what the caller gets", async () => {
    const last = errorServiceUnavailable("LAST");
    expect(await called(failing(unavailable, unavailable, last))).toMatchObject({ result: last, attempts: 3 });
  });

  test.each([
    ["502", new KratosError({ code: 502 }), 2],
    ["503", unavailable, 2],
    ["503 in a cause", new Error("outer", { cause: unavailable }), 2],
    ["a breaker's refusal", errorServiceUnavailable("CIRCUITBREAKER"), 1],
    ["429", errorTooManyRequests("RATELIMIT"), 1],
    ["500", new KratosError({ code: 500 }), 1],
    ["504", new KratosError({ code: 504 }), 1],
    ["404", new KratosError({ code: 404 }), 1],
    ["a plain error", new Error("broken"), 1],
  ])("%s makes for so many attempts: %s", async (_, error, attempts) => {
    expect((await called(failing(error))).attempts).toBe(attempts);
  });

  test("can be judged otherwise", async () => {
    const isRetryable: RetryOptions["isRetryable"] = ({ code }, { info }) => code === 500 && info.kind === "grpc";
    expect((await called(failing(new KratosError({ code: 500 })), { isRetryable })).attempts).toBe(2);
    expect((await called(failing(unavailable), { isRetryable })).attempts).toBe(1);
  });
});

describe("waits", () => {
  const down = [unavailable, unavailable, unavailable, unavailable, unavailable];

  test("grow from 50 ms by 2 up to the most", async () => {
    const options = { attempts: 6, backoff: { maxMs: 300 } };
    expect((await called(failing(...down), options)).waits).toEqual([50, 100, 200, 300, 300]);
  });

  test("are spread to both sides", async () => {
    expect((await called(failing(unavailable), { random: () => 0 })).waits).toEqual([25]);
    expect((await called(failing(unavailable), { random: () => 0.999 })).waits).toEqual([75]);
  });

  test("end when the call is cancelled", async () => {
    const ctx = callContext("client");
    const never = () => {
      queueMicrotask(() => ctx.cancel());
      return () => {};
    };
    const handler = failing(unavailable);
    await expect(retry({ setTimer: never })(handler, infoOf(find))({}, ctx)).rejects.toMatchObject({ code: 499 });
    expect(handler.attempts()).toBe(1);
  });

  test("that would pass the deadline are not begun: the caller gets the error at once", async () => {
    const { waits, setTimer } = timers();
    const ctx = new CallContext({ timeoutMs: 1000 });
    const handler = failing(unavailable);
    const run = retry({ setTimer, backoff: { initialMs: 2000 } })(handler, infoOf(find));
    await expect(run({}, ctx)).rejects.toBe(unavailable);
    expect(waits).toEqual([]);
    ctx.end();
  });

  test("really wait", async () => {
    const handler = failing(unavailable);
    const start = performance.now();
    await retry({ backoff: { initialMs: 20, jitter: 0 } })(handler, infoOf(find))({}, callContext("client"));
    expect(performance.now() - start).toBeGreaterThan(18);
  });
});

describe("what the server says", () => {
  /** A call whose first attempt fails with these headers. */
  async function told(
    headers: Record<string, string>,
    options: RetryOptions & { error?: KratosError; trailer?: boolean },
  ) {
    const { waits, setTimer } = timers();
    const ctx = callContext("client");
    const inner = failing(options.error ?? unavailable);
    const handler: Handler = async (req, given) => {
      const { transport } = ctx;
      const where = options.trailer ? transport.replyTrailer : transport.replyHeader;
      for (const name in headers) where.set(name, headers[name] as string);
      return inner(req, given);
    };
    await retry({ setTimer, now: () => 0, random: () => 0.5, ...options })(handler, infoOf(find))({}, ctx).catch(
      () => {},
    );
    return { attempts: inner.attempts(), waits };
  }

  test.each([
    ["grpc-retry-pushback-ms", "1500", [1500]],
    ["grpc-retry-pushback-ms", "-1", []],
    ["grpc-retry-pushback-ms", "soon", []],
    ["grpc-retry-pushback-ms", "10001", []],
    ["retry-after", "3", [3000]],
    ["retry-after", "Thu, 01 Jan 1970 00:00:07 GMT", [7000]],
    ["retry-after", "11", []],
    ["retry-after", "soon", [50]],
  ])("%s: %s makes for the waits %j", async (name, value, waits) => {
    expect(await told({ [name]: value }, {})).toEqual({ attempts: waits.length + 1, waits });
    expect(await told({ [name]: value }, { trailer: true })).toEqual({ attempts: waits.length + 1, waits });
  });

  test("makes 429 worth another attempt", async () => {
    const error = errorTooManyRequests("RATELIMIT");
    expect(await told({ "retry-after": "1" }, { error })).toEqual({ attempts: 2, waits: [1000] });
  });

  test("is listened to as long as it is told", async () => {
    expect(await told({ "retry-after": "60" }, { maxPushbackMs: 60_000 })).toEqual({ attempts: 2, waits: [60_000] });
  });
});

describe("attemptTimeoutMs", () => {
  test("is not what has passed when the caller gives up", async () => {
    const ctx = callContext("client");
    const meter = countingMeter();
    let attempts = 0;
    const handler: Handler = () => {
      attempts++;
      return new Promise(() => {});
    };
    const reply = retry({ attemptTimeoutMs: 60_000, meter })(handler, infoOf(find))({}, ctx);
    ctx.cancel();
    await expect(reply).rejects.toMatchObject({ code: 499 });
    expect({ attempts, counts: meter.counts }).toEqual({ attempts: 1, counts: {} });
  });

  test("ends an attempt, which is made again", async () => {
    const contexts: Context[] = [];
    const handler: Handler = async (_, ctx) => {
      contexts.push(ctx);
      return contexts.length === 1 ? new Promise(() => {}) : "reply";
    };
    const { setTimer } = timers();
    const ctx = callContext("client");
    expect(await retry({ attemptTimeoutMs: 5, setTimer })(handler, infoOf(find))({}, ctx)).toBe("reply");
    expect(contexts[0]?.signal.reason).toMatchObject({ code: 504 });
    expect(contexts[1]?.transport).toBe(ctx.transport);
  });
});

describe("a stream", () => {
  async function* stream(...items: Array<number | Error>) {
    for (const item of items) {
      if (item instanceof Error) throw item;
      yield item;
    }
  }

  /** A streaming call whose attempts give these streams. */
  function streaming(method: typeof list | typeof chat | typeof importMethod, ...replies: unknown[]) {
    const { waits, setTimer } = timers();
    let attempts = 0;
    const handler: Handler = async (req) => {
      const reply = replies[attempts++];
      if (reply instanceof Error) throw reply;
      return typeof reply === "function" ? reply(req) : reply;
    };
    const run = retry({ setTimer, random: () => 0.5 })(handler, infoOf(method));
    return { run: (req: unknown = {}) => run(req, callContext("client")), waits, attempts: () => attempts };
  }

  test("is opened again while nothing has come", async () => {
    const { run, waits } = streaming(list, unavailable, stream(unavailable), stream(1, 2));
    expect(await read(await run())).toEqual({ got: [1, 2], error: undefined });
    expect(waits).toEqual([50, 100]);
  });

  test("is not once its reply has begun", async () => {
    const { run, attempts } = streaming(list, stream(1, unavailable), stream(2));
    expect(await read(await run())).toEqual({ got: [1], error: unavailable });
    expect(attempts()).toBe(1);
  });

  test("fails with the last error when all attempts did", async () => {
    const { run, attempts } = streaming(list, stream(unavailable), stream(unavailable), stream(unavailable), stream(1));
    expect(await read(await run())).toEqual({ got: [], error: unavailable });
    expect(attempts()).toBe(3);
  });

  test("of requests is sent again only when none was read", async () => {
    const unread = streaming(importMethod, unavailable, "reply");
    expect(await unread.run(stream(1))).toBe("reply");
    const reading = async (req: AsyncIterable<number>) => {
      await read(req);
      throw unavailable;
    };
    const begun = streaming(importMethod, reading, "reply");
    await expect(begun.run(stream(1))).rejects.toBe(unavailable);
    const bidi = streaming(chat, (req: AsyncIterable<number>) => {
      req[Symbol.asyncIterator]();
      return stream(unavailable);
    });
    expect(await read((await bidi.run(stream(1))) as AsyncIterable<number>)).toEqual({ got: [], error: unavailable });
  });
});

describe("the meter", () => {
  test("counts attempts beyond the first, and those that were over budget", async () => {
    const meter = countingMeter();
    const options = { meter, budget: { minRetries: 1 }, now: () => 0 };
    await called(failing(unavailable, unavailable), options);
    const labels = "{client,/users.v1.Users/Find}";
    expect(meter.counts).toEqual({ [`requests_retried_total${labels}`]: 1, [`retries_over_budget_total${labels}`]: 1 });
  });
});

test.each([0, 1.5, Number.NaN])("takes no %s attempts", (attempts) => {
  expect(() => retry({ attempts })).toThrow(RangeError);
});
