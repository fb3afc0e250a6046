import {
  appInfoKey,
  CallContext,
  type CallInfo,
  errorNotFound,
  errorServiceUnavailable,
  type Handler,
  KratosError,
} from "@kratos-ts/core";
import * as Sentry from "@sentry/node";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SentryServer, startSentryServer } from "../testdata/sentry-server.ts";
import { clientErrorTracking, type ErrorTrackingOptions, serverErrorTracking } from "./error-tracking.ts";

const operation = "/users.v1.Users/Find";
type MethodKind = NonNullable<CallInfo["method"]>["methodKind"];

function infoOf(methodKind: MethodKind = "unary", side: CallInfo["side"] = "server"): CallInfo {
  return { operation, kind: "grpc", side, method: { methodKind } as NonNullable<CallInfo["method"]> };
}

const inApp = new CallContext({}).with(appInfoKey, {
  id: "1",
  name: "users",
  version: "v1.2.0",
  metadata: {},
  endpoints: [],
});

let server: SentryServer;
let before: number;

beforeAll(async () => {
  server = await startSentryServer();
  const integrations = [Sentry.linkedErrorsIntegration()];
  Sentry.init({ dsn: server.dsn, defaultIntegrations: false, integrations });
});
beforeEach(() => {
  before = server.events.length;
});
afterAll(async () => {
  await Sentry.close();
  await server[Symbol.asyncDispose]();
});

/** What Sentry has received in this test. */
async function reports() {
  await Sentry.flush(5000);
  return server.events.slice(before);
}

/** Makes one unary call that throws. */
async function fail(thrown: unknown, options?: ErrorTrackingOptions) {
  const handler: Handler = () => Promise.reject(thrown);
  const run = serverErrorTracking(Sentry, options)(handler, infoOf());
  await expect(run({ password: "hunter2" }, inApp)).rejects.toBe(thrown);
}

describe("an error of the server", () => {
  test("is reported with its operation and the service", async () => {
    await fail(errorServiceUnavailable("DATABASE", "it is gone").withMetadata({ host: "db1" }));
    const [event, ...more] = await reports();
    expect(more).toEqual([]);
    expect(event?.exception.values).toMatchObject([
      { type: "KratosError", value: "it is gone", mechanism: { type: "kratos", handled: false } },
    ]);
    const tags = { operation, kind: "grpc", side: "server", code: "503", reason: "DATABASE" };
    expect(event?.tags).toMatchObject({ ...tags, "service.name": "users", "service.version": "v1.2.0" });
    expect(event?.contexts.kratos).toMatchObject({ ...tags, metadata: { host: "db1" } });
  });

  test("is reported with its causes", async () => {
    const cause = new TypeError("x is undefined");
    await fail(new KratosError({ reason: "UNKNOWN", message: "unknown request error", cause }));
    const [event] = await reports();
    expect(event?.exception.values.map(({ type }) => type).sort()).toEqual(["KratosError", "TypeError"]);
  });

  test.each([
    ["a plain error", new Error("oops"), "oops"],
    ["a text", "oops", "oops"],
  ])("is one that is %s", async (_, thrown, value) => {
    await fail(thrown);
    const [event] = await reports();
    expect(event?.exception.values[0]?.value).toContain(value);
    expect(event?.tags.code).toBe("500");
  });

  test("belongs to its trace", async () => {
    const ids = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
    await fail(new Error("x"), { traceIds: () => ids });
    const [event] = await reports();
    expect(event?.contexts.trace).toMatchObject({ trace_id: ids.traceId, span_id: ids.spanId });
  });

  test("says nothing of the request, unless it is told to", async () => {
    await fail(new Error("quiet"));
    await reports();
    expect(server.bodies.join()).not.toContain("hunter2");
    await fail(new Error("told"), { request: ({ req }) => Object.keys(req as object).join() });
    const event = (await reports()).at(-1);
    expect(event?.contexts.kratos?.request).toBe("password");
  });

  test("has the tags that are added", async () => {
    await fail(new Error("x"), { tags: ({ info }) => ({ tenant: "t1", service: info.operation.split("/")[1] ?? "" }) });
    expect((await reports())[0]?.tags).toMatchObject({ tenant: "t1", service: "users.v1.Users", operation });
  });

  test("out of a stream is reported too, once", async () => {
    async function* broken() {
      yield 1;
      throw new Error("midway");
    }
    const run = serverErrorTracking(Sentry)(async () => broken(), infoOf("server_streaming"));
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const item of await run({}, inApp)) seen.push(item);
    })();
    await expect(reading).rejects.toThrow("midway");
    expect(seen).toEqual([1]);
    expect((await reports()).map(({ exception }) => exception.values[0]?.value)).toEqual(["midway"]);
  });
});

describe("nothing is reported", () => {
  test.each([
    ["a caller's mistake", errorNotFound("USER_NOT_FOUND")],
    ["a cancelled call", new DOMException("gone", "AbortError")],
  ])("of %s", async (_, thrown) => {
    await fail(thrown);
    expect(await reports()).toEqual([]);
  });

  test("that isReported leaves out", async () => {
    await fail(new Error("x"), { isReported: (error) => error.code === 404 });
    expect(await reports()).toEqual([]);
    await fail(errorNotFound("X"), { isReported: (error) => error.code === 404 });
    expect(await reports()).toHaveLength(1);
  });

  test("of what went well", async () => {
    const run = serverErrorTracking(Sentry)(async () => "reply", infoOf());
    expect(await run({}, inApp)).toBe("reply");
    expect(await reports()).toEqual([]);
  });
});

test("a report that fails does not change the call", async () => {
  const broken = {
    captureException() {
      throw new Error("no report");
    },
  };
  const run = serverErrorTracking(broken)(() => Promise.reject(new Error("the call's own")), infoOf());
  await expect(run({}, inApp)).rejects.toThrow("the call's own");
  await fail(new Error("x"), {
    tags() {
      throw new Error("no tags");
    },
  });
});

test("each side has its own", async () => {
  const next: Handler = async () => {};
  expect(serverErrorTracking(Sentry)(next, infoOf("unary", "client"))).toBe(next);
  expect(clientErrorTracking(Sentry)(next, infoOf("unary", "server"))).toBe(next);
  const run = clientErrorTracking(Sentry)(() => Promise.reject(new Error("called")), infoOf("unary", "client"));
  await run({}, inApp).catch(() => {});
  expect((await reports())[0]?.tags.side).toBe("client");
});

test("what is no Sentry is refused at once", () => {
  expect(() => serverErrorTracking({} as typeof Sentry)).toThrow("@sentry/node");
});
