import { appInfoKey, CallContext, chain, errorNotFound, type Handler } from "@kratos-ts/core";
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { callContext, callInfo, drain, streamOf } from "../testdata/calls.ts";
import { globally, recorder } from "../testdata/recorder.ts";
import { clientTracing } from "./client-tracing.ts";
import { serverTracing } from "./server-tracing.ts";

const reply: Handler = async () => "reply";

const app = (name: string) =>
  new CallContext({}).with(appInfoKey, { id: "1", name, version: "v1", metadata: {}, endpoints: [] });

describe("the span of a client", () => {
  test("is sent to the server", async () => {
    const { tracerProvider, span } = recorder();
    const ctx = callContext("client");
    await clientTracing({ tracerProvider })(reply, callInfo("client"))({}, ctx);
    const { traceId, spanId } = span().spanContext();
    expect(span().kind).toBe(SpanKind.CLIENT);
    expect(ctx.transport?.requestHeader.flat()).toEqual(["traceparent", `00-${traceId}-${spanId}-01`]);
  });

  test("has the attributes of the gRPC conventions", async () => {
    const { tracerProvider, span } = recorder();
    await clientTracing({ tracerProvider })(reply, callInfo("client"))({}, callContext("client"));
    expect(span().attributes).toEqual({
      "rpc.system.name": "grpc",
      "rpc.method": "users.v1.Users/Find",
      "rpc.status_code": "OK",
      "server.address": "10.0.0.7",
      "server.port": 9000,
      "network.peer.address": "10.0.0.7",
      "network.peer.port": 9000,
    });
  });

  test("has those of the HTTP conventions on HTTP, and no query", async () => {
    const { tracerProvider, span } = recorder();
    const middleware = clientTracing({ tracerProvider });
    await middleware(reply, callInfo("client", { kind: "http" }))({}, callContext("client", { kind: "http" }));
    expect(span().attributes).toMatchObject({
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "url.full": "http://users.example:8000/v1/users/7",
    });
  });

  test("has no URL of a request that was never sent", async () => {
    const { tracerProvider, span } = recorder();
    const ctx = callContext("client", { kind: "http", transport: { peer: undefined } });
    const run = clientTracing({ tracerProvider })(
      () => Promise.reject(new Error("x")),
      callInfo("client", { kind: "http" }),
    );
    await run({}, ctx).catch(() => {});
    expect(Object.keys(span().attributes).filter((name) => /^(url|network)\./.test(name))).toEqual([]);
  });

  test("names a service that is found by discovery, and the server that was called", async () => {
    const { tracerProvider, span } = recorder();
    const ctx = callContext("client", { transport: { endpoint: "discovery:///users", peer: "10.0.0.9:9000" } });
    await clientTracing({ tracerProvider })(reply, callInfo("client"))({}, ctx);
    expect(span().attributes).toMatchObject({ "server.address": "users", "network.peer.address": "10.0.0.9" });
    expect(span().attributes).not.toHaveProperty("server.port");
  });

  test("has failed with any error", async () => {
    const { tracerProvider, span } = recorder();
    const run = clientTracing({ tracerProvider })(() => Promise.reject(errorNotFound("GONE")), callInfo("client"));
    await expect(run({}, callContext("client"))).rejects.toMatchObject({ reason: "GONE" });
    expect(span().status.code).toBe(SpanStatusCode.ERROR);
    expect(span().attributes).toMatchObject({ "error.type": "NOT_FOUND", "kratos.reason": "GONE" });
  });

  test("has Kratos's attributes with kratosAttributes", async () => {
    const { tracerProvider, span } = recorder();
    const middleware = clientTracing({ tracerProvider, kratosAttributes: true });
    await middleware(reply, callInfo("client", { kind: "http" }))({}, callContext("client", { kind: "http" }));
    expect(span().attributes).toMatchObject({
      "rpc.system": "http",
      "rpc.service": "users.v1.Users",
      "rpc.method": "Find",
      "net.peer.ip": "10.0.0.7",
      "net.peer.port": "9000",
      "http.method": "GET",
      "http.route": "/v1/users/{id}",
      "http.target": "/v1/users/7",
    });
  });

  test("lasts as long as a stream of replies, with both ways' messages", async () => {
    const { tracerProvider, span } = recorder();
    const info = callInfo("client", { methodKind: "bidi_streaming" });
    const run = clientTracing({ tracerProvider })(async (req) => req, info);
    expect(await drain(await run(streamOf([1, 2]), callContext("client")))).toBe(2);
    const types = span().events.map(({ attributes }) => attributes?.["rpc.message.type"]);
    expect(types).toEqual(["SENT", "RECEIVED", "SENT", "RECEIVED"]);
  });
});

describe("its parent", () => {
  test("is the active span", async () => {
    using _ = globally({ contextManager: true });
    const { tracerProvider, spans } = recorder();
    const run = clientTracing({ tracerProvider })(reply, callInfo("client"));
    const tracer: Tracer = tracerProvider.getTracer("mine");
    await tracer.startActiveSpan("work", async (work) => {
      await run({}, callContext("client"));
      work.end();
    });
    const [call, work] = spans();
    expect(call?.parentSpanContext?.spanId).toBe(work?.spanContext().spanId);
  });

  test.each([true, false])(
    "is the span of the call being served (with a context manager: %s)",
    async (contextManager) => {
      using _ = globally({ contextManager });
      const { tracerProvider, spans } = recorder();
      const call = clientTracing({ tracerProvider })(reply, callInfo("client"));
      const handler: Handler = (_, parent) => call({}, callContext("client", { parent }));
      await chain(serverTracing({ tracerProvider }))(handler, callInfo("server"))({}, callContext("server"));
      const [called, served] = spans();
      expect(called?.parentSpanContext?.spanId).toBe(served?.spanContext().spanId);
    },
  );
});

describe("the name of the app", () => {
  test.each([true, false])("is sent in the place of another (with a provider: %s)", async (provided) => {
    const { tracerProvider } = recorder();
    const ctx = callContext("client", { parent: app("shop"), headers: ["x-md-service-name", "other"] });
    await clientTracing(provided ? { tracerProvider } : {})(reply, callInfo("client"))({}, ctx);
    expect(ctx.transport?.requestHeader.getAll("x-md-service-name")).toEqual(["shop"]);
  });

  test("goes before baggage, and that before the trace", async () => {
    const { tracerProvider } = recorder();
    using _ = globally({ contextManager: true });
    const ctx = callContext("client", { parent: app("shop") });
    const baggage = propagation.createBaggage({ user: { value: "7" } });
    const run = clientTracing({ tracerProvider })(reply, callInfo("client"));
    await context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => run({}, ctx));
    const names = ctx.transport?.requestHeader.flat().filter((_, i) => i % 2 === 0);
    expect(names).toEqual(["x-md-service-name", "baggage", "traceparent"]);
  });

  test("that no header can hold is left out, and the call is made", async () => {
    const ctx = callContext("client", { parent: app("服务") });
    expect(await clientTracing()(reply, callInfo("client"))({}, ctx)).toBe("reply");
    expect(ctx.transport?.requestHeader.flat()).toEqual([]);
  });
});

test("another propagator is used in the place of W3C's", async () => {
  const { tracerProvider, span } = recorder();
  const ctx = callContext("client");
  const propagator = {
    inject: (_: unknown, carrier: { set(name: string, value: string): void }) => carrier.set("b3", "1"),
    extract: (otel: typeof ROOT_CONTEXT) => otel,
    fields: () => ["b3"],
  };
  await clientTracing({ tracerProvider, propagator })(reply, callInfo("client"))({}, ctx);
  expect(ctx.transport?.requestHeader.flat()).toEqual(["b3", "1"]);
  expect(span().name).toBe("/users.v1.Users/Find");
});
