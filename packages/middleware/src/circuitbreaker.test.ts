import { errorNotFound, errorServiceUnavailable, type Handler, KratosError } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo, countingMeter, read } from "../testdata/calls.ts";
import { type CircuitBreaker, circuitBreaker } from "./circuitbreaker.ts";

/** A breaker that allows as told, and notes what it hears. */
function recorder(allowed = true) {
  const heard: string[] = [];
  const breaker: CircuitBreaker = {
    allow: () => allowed,
    markSuccess: () => heard.push("success"),
    markFailed: () => heard.push("failure"),
  };
  return { heard, create: () => breaker };
}

const call = (handler: Handler) => handler({}, callContext("client"));
const failing =
  (code: number): Handler =>
  async () => {
    throw new KratosError({ code, reason: "X" });
  };

test("fails a refused call with 503 CIRCUITBREAKER, without making it", async () => {
  const { create, heard } = recorder(false);
  const meter = countingMeter();
  let made = 0;
  const handler = circuitBreaker({ create, meter })(async () => made++, callInfo("client"));
  await expect(call(handler)).rejects.toMatchObject({
    code: 503,
    reason: "CIRCUITBREAKER",
    message: "request failed due to circuit breaker triggered",
  });
  expect(made).toBe(0);
  expect(heard).toEqual([]);
  expect(meter.counts).toEqual({ "requests_broken_total{client,/users.v1.Users/Find}": 1 });
});

test("passes an allowed one on, with its reply or its error", async () => {
  const { create } = recorder();
  expect(await call(circuitBreaker({ create })(async () => "reply", callInfo("client")))).toBe("reply");
  const handler = circuitBreaker({ create })(failing(503), callInfo("client"));
  await expect(call(handler)).rejects.toMatchObject({ code: 503, reason: "X" });
});

test.each([
  [500, "failure"],
  [502, "failure"],
  [503, "failure"],
  [504, "failure"],
  [400, "success"],
  [404, "success"],
  [429, "success"],
  [501, "success"],
])("takes an error with code %i for a %s", async (code, outcome) => {
  const { create, heard } = recorder();
  await call(circuitBreaker({ create })(failing(code), callInfo("client"))).catch(() => {});
  expect(heard).toEqual([outcome]);
});

test("learns nothing of a call that its caller gave up", async () => {
  const { create, heard } = recorder();
  await call(circuitBreaker({ create })(failing(499), callInfo("client"))).catch(() => {});
  expect(heard).toEqual([]);
});

test("takes another rule for what is a failure", async () => {
  const { create, heard } = recorder();
  const isFailure = ({ code }: KratosError) => (code === 404 ? undefined : code === 429);
  for (const code of [404, 429, 503])
    await call(circuitBreaker({ create, isFailure })(failing(code), callInfo("client"))).catch(() => {});
  expect(heard).toEqual(["failure", "success"]);
});

describe("each operation", () => {
  test("has a breaker of its own", async () => {
    const middleware = circuitBreaker({ now: () => 0, minRequests: 1 });
    const broken = middleware(failing(503), { ...callInfo("client"), operation: "/a/Broken" });
    const sound = middleware(async () => "reply", { ...callInfo("client"), operation: "/a/Sound" });
    await call(broken).catch(() => {});
    await expect(call(broken)).rejects.toMatchObject({ reason: "CIRCUITBREAKER" });
    expect(await call(sound)).toBe("reply");
  });
});

describe("a stream", () => {
  const streaming = (stream: () => AsyncGenerator<number>) => {
    const { create, heard } = recorder();
    const handler = circuitBreaker({ create })(async () => stream(), callInfo("client", "server_streaming"));
    return { heard, reply: call(handler) };
  };

  test("goes well with its first message, whatever comes later", async () => {
    const { heard, reply } = streaming(async function* () {
      yield 1;
      throw errorServiceUnavailable("LATER");
    });
    expect(await read(await reply)).toMatchObject({ got: [1], error: { reason: "LATER" } });
    expect(heard).toEqual(["success"]);
  });

  test("fails with an error before that", async () => {
    // biome-ignore lint/correctness/useYield: it fails before it could.
    const { heard, reply } = streaming(async function* () {
      throw errorServiceUnavailable("DOWN");
    });
    expect(await read(await reply)).toMatchObject({ got: [], error: { reason: "DOWN" } });
    expect(heard).toEqual(["failure"]);
  });
});

test("finds the code among the causes", async () => {
  const { create, heard } = recorder();
  const handler = circuitBreaker({ create })(async () => {
    throw new Error("outer", { cause: errorNotFound("X") });
  }, callInfo("client"));
  await call(handler).catch(() => {});
  expect(heard).toEqual(["success"]);
});
