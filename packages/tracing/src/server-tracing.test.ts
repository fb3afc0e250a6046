import { CallContext, chain, currentContext, type Handler } from "@kratos-ts/core";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AlwaysOffSampler, ParentBasedSampler } from "@opentelemetry/sdk-trace";
import { describe, expect, test } from "vitest";
import { callContext, callInfo, operation, routeInfo } from "../testdata/calls.ts";
import { globally, recorder } from "../testdata/recorder.ts";
import { reply, spanOf } from "../testdata/served.ts";
import { clientTracing } from "./client-tracing.ts";
import { serverTracing } from "./server-tracing.ts";
import { traceIds } from "./trace-ids.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentId = "00f067aa0ba902b7";
const traceparent = `00-${traceId}-${parentId}-01`;

describe("the span of a server", () => {
  test("is named after the operation, by the tracer of Kratos", async () => {
    const span = await spanOf({});
    expect(span.name).toBe(operation);
    expect(span.kind).toBe(SpanKind.SERVER);
    expect(span.instrumentationScope.name).toBe("kratos");
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  test("is the child of the caller's", async () => {
    const span = await spanOf({ headers: ["traceparent", traceparent, "tracestate", "vendor=x"] });
    expect(span.spanContext().traceId).toBe(traceId);
    expect(span.parentSpanContext).toMatchObject({ spanId: parentId, isRemote: true });
    expect(span.spanContext().traceState?.serialize()).toBe("vendor=x");
  });

  test("is no child of whatever is active where the server runs", async () => {
    using _ = globally({ contextManager: true });
    const { tracerProvider, spans } = recorder();
    const run = serverTracing({ tracerProvider })(reply, callInfo("server"));
    await tracerProvider.getTracer("x").startActiveSpan("startup", () => run({}, callContext("server")));
    expect(spans().map((span) => span.parentSpanContext)).toEqual([undefined]);
  });

  test("has the attributes of the gRPC conventions", async () => {
    const span = await spanOf({ headers: ["x-md-service-name", "shop"] });
    expect(span.attributes).toEqual({
      "rpc.system.name": "grpc",
      "rpc.method": "users.v1.Users/Find",
      "rpc.status_code": "OK",
      "server.address": "users.example",
      "server.port": 9000,
      "client.address": "10.0.0.1",
      "client.port": 51234,
      "network.peer.address": "10.0.0.1",
      "network.peer.port": 51234,
      "client.service.name": "shop",
    });
  });

  test("has those of the HTTP conventions on HTTP, and no query", async () => {
    const span = await spanOf({ kind: "http", headers: ["user-agent", "curl/8"] });
    expect(span.attributes).toMatchObject({
      "rpc.system.name": "http",
      "rpc.method": "users.v1.Users/Find",
      "rpc.status_code": "OK",
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "http.route": "/v1/users/{id}",
      "url.scheme": "http",
      "url.path": "/v1/users/7",
      "user_agent.original": "curl/8",
      "server.address": "users.example",
      "server.port": 8000,
    });
    expect(JSON.stringify(span.attributes)).not.toContain("secret");
  });

  test("of a hand-written route has the status of its response, and nothing of RPC", async () => {
    const { tracerProvider, span } = recorder();
    const handler: Handler = async () => new Response(null, { status: 502 });
    await serverTracing({ tracerProvider })(handler, routeInfo())({}, callContext("server", { kind: "http" }));
    expect(span().name).toBe("/files/{name}");
    expect(span().attributes).toMatchObject({ "http.response.status_code": 502, "error.type": "502" });
    expect(Object.keys(span().attributes).filter((name) => name.startsWith("rpc."))).toEqual([]);
    expect(span().status.code).toBe(SpanStatusCode.ERROR);
  });

  test.each([
    ["10.0.0.1:80", { "client.address": "10.0.0.1", "client.port": 80 }],
    ["[::1]:51234", { "client.address": "::1", "client.port": 51234 }],
    [undefined, {}],
    ["", {}],
  ])("tells the caller's address %s", async (peer, wanted) => {
    const { attributes } = await spanOf({ transport: { peer } });
    const found = Object.entries(attributes).filter(([name]) => name.startsWith("client."));
    expect(Object.fromEntries(found)).toEqual(wanted);
  });

  test("does without a transport", async () => {
    const { tracerProvider, span } = recorder();
    const run = serverTracing({ tracerProvider })(reply, callInfo("server"));
    await run({}, new CallContext({}));
    expect(span().name).toBe(operation);
  });
});

describe("the handler", () => {
  test("runs in the span, where a context manager carries it", async () => {
    using _ = globally({ contextManager: true });
    const span = await spanOf({
      headers: ["baggage", "user=7"],
      async handler() {
        await Promise.resolve();
        trace.getActiveSpan()?.setAttribute("mine", propagation.getActiveBaggage()?.getEntry("user")?.value ?? "");
      },
    });
    expect(span.attributes.mine).toBe("7");
  });

  test.each([true, false])("learns the ids of its span (with a context manager: %s)", async (contextManager) => {
    using _ = globally({ contextManager });
    const { tracerProvider, span } = recorder();
    let ids: unknown;
    const handler: Handler = async () => {
      await Promise.resolve();
      ids = traceIds();
    };
    await chain(serverTracing({ tracerProvider }))(handler, callInfo("server"))({}, callContext("server"));
    const { traceId, spanId } = span().spanContext();
    expect(ids).toEqual({ traceId, spanId });
    expect(traceIds()).toBeUndefined();
    expect(currentContext()).toBeUndefined();
  });
});

describe("sampling", () => {
  test("follows the caller, and is handed on", async () => {
    const { tracerProvider, spans } = recorder(new ParentBasedSampler({ root: new AlwaysOffSampler() }));
    const sent: (string | null)[] = [];
    const called = clientTracing({ tracerProvider })(async (_, ctx) => {
      sent.push(ctx.transport?.requestHeader.get("traceparent") ?? null);
    }, callInfo("client"));
    const handler: Handler = (_, ctx) => called({}, callContext("client", { parent: ctx }));
    const run = serverTracing({ tracerProvider })(handler, callInfo("server"));
    await run({}, callContext("server", { headers: ["traceparent", `00-${traceId}-${parentId}-00`] }));
    expect(spans()).toEqual([]);
    await run({}, callContext("server", { headers: ["traceparent", traceparent] }));
    expect(spans()).toHaveLength(2);
    expect(sent.map((header) => header?.slice(0, 36))).toEqual([`00-${traceId}-`, `00-${traceId}-`]);
    expect(sent.map((header) => header?.slice(-2))).toEqual(["00", "01"]);
  });
});

describe("without a provider", () => {
  test("nothing is done to a call without a trace", async () => {
    const seen: unknown[] = [];
    const ctx = callContext("server");
    await serverTracing()(async (_, inner) => seen.push(inner), callInfo("server"))({}, ctx);
    expect(seen).toEqual([ctx]);
  });

  test("the caller's trace and baggage are handed on as they came", async () => {
    const ctx = callContext("client");
    const called = clientTracing()(reply, callInfo("client"));
    const handler: Handler = (_, parent) => called({}, callContext("client", { parent, transport: ctx.transport }));
    const headers = ["traceparent", traceparent, "baggage", "user=7"];
    await serverTracing()(handler, callInfo("server"))({}, callContext("server", { headers }));
    expect(ctx.transport?.requestHeader.get("traceparent")).toBe(traceparent);
    expect(ctx.transport?.requestHeader.get("baggage")).toBe("user=7");
  });

  test("one that is set later is found", async () => {
    const run = serverTracing()(reply, callInfo("server"));
    await run({}, callContext("server"));
    const first = recorder();
    {
      using _ = globally(first);
      await run({}, callContext("server"));
    }
    await run({}, callContext("server"));
    const second = recorder();
    {
      using _ = globally(second);
      await run({}, callContext("server"));
    }
    expect([first.spans().length, second.spans().length]).toEqual([1, 1]);
  });
});

test("on the client's side nothing is done", () => {
  expect(serverTracing()(reply, callInfo("client"))).toBe(reply);
  expect(clientTracing()(reply, callInfo("server"))).toBe(reply);
});

test("an option that can't be is refused", () => {
  const make = (maxMessageEvents: number) => () => serverTracing({ maxMessageEvents })(reply, callInfo("server"));
  expect(make(-1)).toThrow("maxMessageEvents is -1");
  expect(make(Number.NaN)).toThrow(RangeError);
});

test("the active context is as it was afterwards", async () => {
  await spanOf({});
  expect(trace.getSpan(context.active())).toBeUndefined();
});
