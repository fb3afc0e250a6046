import { errorInternalServer, errorNotFound, KratosError } from "@kratos-ts/core";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { callContext, callInfo, drain, streamOf } from "../testdata/calls.ts";
import { globally, recorder } from "../testdata/recorder.ts";
import { spanOf } from "../testdata/served.ts";
import { serverTracing } from "./server-tracing.ts";

describe("a call that fails", () => {
  test("of the server's own fault makes the span failed, with its status", async () => {
    const error = errorInternalServer("DATABASE", "it is gone");
    const span = await spanOf({ handler: () => Promise.reject(error) });
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: "it is gone" });
    expect(span.attributes).toMatchObject({
      "rpc.status_code": "INTERNAL",
      "error.type": "INTERNAL",
      "kratos.reason": "DATABASE",
    });
  });

  test("by a caller's mistake does not, and tells its status all the same", async () => {
    const span = await spanOf({ handler: () => Promise.reject(errorNotFound("USER_NOT_FOUND")) });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.attributes).toMatchObject({ "rpc.status_code": "NOT_FOUND", "kratos.reason": "USER_NOT_FOUND" });
    expect(span.attributes).not.toHaveProperty("error.type");
  });

  test("on HTTP has the status of HTTP as well", async () => {
    const span = await spanOf({ kind: "http", handler: () => Promise.reject(errorInternalServer("X")) });
    expect(span.attributes).toMatchObject({
      "rpc.status_code": "INTERNAL",
      "http.response.status_code": 500,
      "error.type": "500",
    });
  });

  test("is recorded, with the stacks of its causes", async () => {
    const cause = new TypeError("x is undefined");
    const span = await spanOf({ handler: () => Promise.reject(new KratosError({ message: "no", cause })) });
    expect(span.events).toHaveLength(1);
    expect(span.events[0]).toMatchObject({
      name: "exception",
      attributes: { "exception.type": "KratosError", "exception.message": "no" },
    });
    const stack = String(span.events[0]?.attributes?.["exception.stacktrace"]);
    expect(stack).toMatch(/^KratosError: no\n[\s\S]*\nCaused by: TypeError: x is undefined\n/);
  });

  test.each([["text"], [undefined], [null], [Object.create(null)]])("with %o is recorded too", async (thrown) => {
    const span = await spanOf({ handler: () => Promise.reject(thrown) });
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
    expect(span.events).toHaveLength(1);
  });

  test("by a throw before any promise is recorded too, and thrown on", async () => {
    const { tracerProvider, span } = recorder();
    const thrown = new Error("at once");
    const run = serverTracing({ tracerProvider })(() => {
      throw thrown;
    }, callInfo("server"));
    await expect(run({}, callContext("server"))).rejects.toBe(thrown);
    expect(span().status.code).toBe(SpanStatusCode.ERROR);
  });
});

describe("a stream", () => {
  const info = (methodKind: "server_streaming" | "client_streaming" | "bidi_streaming") =>
    callInfo("server", { methodKind });
  const messages = (direction: string, ids: readonly number[]) =>
    ids.map((id) => ({ "rpc.message.type": direction, "rpc.message.id": id }));

  test("has the span until it ends, with an event for each message", async () => {
    const { tracerProvider, span, spans } = recorder();
    const run = serverTracing({ tracerProvider })(async () => streamOf(["a", "b"]), info("server_streaming"));
    const stream = await run({}, callContext("server"));
    expect(spans()).toEqual([]);
    expect(await drain(stream)).toBe(2);
    expect(span().events.map(({ name }) => name)).toEqual(["rpc.message", "rpc.message"]);
    expect(span().events.map(({ attributes }) => attributes)).toEqual(messages("SENT", [1, 2]));
  });

  test("of requests has them as received", async () => {
    const { tracerProvider, span } = recorder();
    const run = serverTracing({ tracerProvider })((req) => drain(req), info("client_streaming"));
    expect(await run(streamOf([1, 2, 3]), callContext("server"))).toBe(3);
    expect(span().events.map(({ attributes }) => attributes)).toEqual(messages("RECEIVED", [1, 2, 3]));
  });

  test("both ways has both, each counted by itself, and no more than maxMessageEvents", async () => {
    const { tracerProvider, span } = recorder();
    const run = serverTracing({ tracerProvider, maxMessageEvents: 2 })(async (req) => req, info("bidi_streaming"));
    expect(await drain(await run(streamOf([1, 2, 3]), callContext("server")))).toBe(3);
    const found = span().events.map(({ attributes }) => attributes);
    expect(found).toEqual([1, 2].flatMap((id) => [...messages("RECEIVED", [id]), ...messages("SENT", [id])]));
  });

  test("has none with maxMessageEvents 0", async () => {
    const { tracerProvider, span } = recorder();
    const middleware = serverTracing({ tracerProvider, maxMessageEvents: 0 });
    await drain(await middleware(async () => streamOf([1]), info("server_streaming"))({}, callContext("server")));
    expect(span().events).toEqual([]);
  });

  test("that breaks is a call that failed", async () => {
    const { tracerProvider, span } = recorder();
    const handler = async () => streamOf([1], errorInternalServer("GONE"));
    const run = serverTracing({ tracerProvider })(handler, info("server_streaming"));
    await expect(drain(await run({}, callContext("server")))).rejects.toMatchObject({ reason: "GONE" });
    expect(span().attributes).toMatchObject({ "error.type": "INTERNAL" });
    expect(span().events.map(({ name }) => name)).toEqual(["rpc.message", "exception"]);
  });

  test("that its reader leaves has ended", async () => {
    const { tracerProvider, span } = recorder();
    const run = serverTracing({ tracerProvider })(async () => streamOf([1, 2]), info("server_streaming"));
    for await (const _ of await run({}, callContext("server"))) break;
    expect(span().attributes["rpc.status_code"]).toBe("OK");
  });

  test("that nobody reads ends with its call", async () => {
    const { tracerProvider, span } = recorder();
    const ctx = callContext("server");
    await serverTracing({ tracerProvider })(async () => streamOf([1]), info("server_streaming"))({}, ctx);
    ctx.cancel();
    expect(span().attributes["rpc.status_code"]).toBe("CANCELLED");
  });

  test("has a body that runs in the span", async () => {
    using _ = globally({ contextManager: true });
    const { tracerProvider, span } = recorder();
    async function* body() {
      yield trace.getActiveSpan()?.spanContext().spanId;
      await Promise.resolve();
      yield trace.getActiveSpan()?.spanContext().spanId;
    }
    const run = serverTracing({ tracerProvider })(async () => body(), info("server_streaming"));
    const seen: unknown[] = [];
    for await (const id of await run({}, callContext("server"))) seen.push(id);
    expect(seen).toEqual([span().spanContext().spanId, span().spanContext().spanId]);
  });
});
