import { type CallInfo, errorNotFound, type Handler, KratosError } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo, operation, streamOf } from "../testdata/calls.ts";
import { pointsOf } from "../testdata/points.ts";
import { clientMetrics, serverMetrics } from "./call-metrics.ts";
import { createMetrics } from "./create-metrics.ts";

type Side = CallInfo["side"];
type MethodKind = NonNullable<CallInfo["method"]>["methodKind"];

const method = { kind: "grpc", operation };

/** A handler behind the middleware, and what has been counted. */
function setup(side: Side, { handler, methodKind }: { handler: Handler; methodKind?: MethodKind }) {
  const metrics = createMetrics({ runtime: false });
  const middleware = side === "server" ? serverMetrics(metrics) : clientMetrics(metrics);
  const measured = middleware(handler, callInfo(side, methodKind));
  return {
    call: (req: unknown = {}, headers: string[] = []) => measured(req, callContext(side, headers)),
    points: async (name: string) => pointsOf(await metrics.text(), name),
    value: async (name: string) => pointsOf(await metrics.text(), name)[0]?.value,
  };
}

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}

describe.each(["server", "client"] as const)("%s metrics", (side) => {
  const requests = `${side}_requests_code_total`;

  test("count what succeeds as 200", async () => {
    const { call, points } = setup(side, { handler: async () => "reply" });
    expect(await call()).toBe("reply");
    await call();
    expect(await points(requests)).toEqual([{ labels: { ...method, code: "200", reason: "" }, value: 2 }]);
  });

  test.each<[string, unknown, string, string]>([
    ["a KratosError", errorNotFound("USER_NOT_FOUND"), "404", "USER_NOT_FOUND"],
    ["an error with one among its causes", new Error("x", { cause: errorNotFound("GONE") }), "404", "GONE"],
    ["a plain error", new Error("no"), "500", ""],
    ["an abort", new DOMException("no", "AbortError"), "499", ""],
    ["undefined", undefined, "500", ""],
  ])("count %s by its code and reason, and let it through", async (_, thrown, code, reason) => {
    const { call, points } = setup(side, { handler: () => Promise.reject(thrown) });
    await expect(call()).rejects.toBe(thrown);
    expect(await points(requests)).toEqual([{ labels: { ...method, code, reason }, value: 1 }]);
  });

  test("measure seconds, with the buckets of Kratos", async () => {
    const { call, points } = setup(side, { handler: () => new Promise((resolve) => setTimeout(resolve, 20)) });
    await call();
    const [point] = await points(`${side}_requests_seconds`);
    expect(point).toMatchObject({ labels: method, count: 1 });
    expect(point?.sum).toBeGreaterThan(0.015);
    expect(point?.sum).toBeLessThan(5);
    const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, Number.POSITIVE_INFINITY];
    expect(Array.from(point?.buckets?.keys() ?? [])).toEqual(bounds);
  });

  test("tell what is in flight", async () => {
    const gate = Promise.withResolvers<void>();
    const { call, value } = setup(side, { handler: () => gate.promise });
    const calls = [call(), call()];
    expect(await value(`${side}_requests_in_flight`)).toBe(2);
    gate.reject(new Error("no"));
    await Promise.allSettled(calls);
    expect(await value(`${side}_requests_in_flight`)).toBe(0);
  });

  test("measure bodies that tell their length", async () => {
    const { call, points } = setup(side, { handler: async () => {} });
    await call({}, ["content-length", "1000"]);
    await call();
    await call({}, ["content-length", "many"]);
    const name = side === "server" ? "server_request_bytes" : "client_reply_bytes";
    expect(await points(name)).toMatchObject([{ labels: method, count: 1, sum: 1000 }]);
  });

  test("do nothing on the other side", () => {
    const other = side === "server" ? clientMetrics : serverMetrics;
    const next: Handler = async () => {};
    expect(other(createMetrics({ runtime: false }))(next, callInfo(side))).toBe(next);
  });

  test("keep reasons from becoming too many", async () => {
    let i = 0;
    const handler: Handler = () => Promise.reject(new KratosError({ code: 400, reason: `R${i++}` }));
    const { call, points } = setup(side, { handler });
    for (let n = 0; n < 3000; n++) await call().catch(() => {});
    const counted = await points(requests);
    expect(counted.length).toBeLessThanOrEqual(2001);
    expect(counted.reduce((sum, point) => sum + Number(point.value), 0)).toBe(3000);
  });
});

describe("a stream of replies", () => {
  const methodKind = "server_streaming";

  test("is a call that lasts until it ends", async () => {
    const { call, value, points } = setup("server", { methodKind, handler: async () => streamOf([1, 2, 3]) });
    const stream = await call();
    expect(await value("server_requests_in_flight")).toBe(1);
    expect(await points("server_requests_code_total")).toEqual([]);
    expect(await drain(stream)).toBe(3);
    expect(await value("server_requests_in_flight")).toBe(0);
    expect(await value("server_requests_code_total")).toBe(1);
    expect(await points("server_stream_messages_total")).toEqual([
      { labels: { ...method, direction: "sent" }, value: 3 },
    ]);
  });

  test("that breaks counts as its error", async () => {
    const handler = async () => streamOf([1], errorNotFound("GONE"));
    const { call, points } = setup("client", { methodKind, handler });
    await expect(drain(await call())).rejects.toMatchObject({ reason: "GONE" });
    expect(await points("client_requests_code_total")).toMatchObject([
      { labels: { code: "404", reason: "GONE" }, value: 1 },
    ]);
    expect(await points("client_stream_messages_total")).toMatchObject([
      { labels: { direction: "received" }, value: 1 },
    ]);
  });

  test("that is left by its reader has ended, once", async () => {
    const { call, value } = setup("server", { methodKind, handler: async () => streamOf([1, 2, 3]) });
    for await (const _ of await call()) break;
    expect(await value("server_requests_code_total")).toBe(1);
    expect(await value("server_requests_in_flight")).toBe(0);
  });
});

test("a stream that is left because the call was cancelled counts as that", async () => {
  const metrics = createMetrics({ runtime: false });
  const ctx = callContext("server");
  const handler = serverMetrics(metrics)(async () => streamOf([1, 2]), callInfo("server", "server_streaming"));
  for await (const _ of await handler({}, ctx)) {
    ctx.cancel();
    break;
  }
  const [point] = pointsOf(await metrics.text(), "server_requests_code_total");
  expect(point).toEqual({ labels: { ...method, code: "499", reason: "" }, value: 1 });
});

test("messages of requests are counted as they are read", async () => {
  const handler: Handler = async (req) => drain(req);
  const { call, points } = setup("server", { methodKind: "client_streaming", handler });
  expect(await call(streamOf([1, 2]))).toBe(2);
  expect(await points("server_stream_messages_total")).toEqual([
    { labels: { ...method, direction: "received" }, value: 2 },
  ]);
});

test("messages of both directions are counted apart", async () => {
  const handler: Handler = async (req) => req;
  const { call, points } = setup("client", { methodKind: "bidi_streaming", handler });
  await drain(await call(streamOf([1, 2])));
  const counted = await points("client_stream_messages_total");
  expect(counted.map(({ labels, value }) => [labels.direction, value])).toEqual([
    ["sent", 2],
    ["received", 2],
  ]);
});
