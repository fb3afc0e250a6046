import { chain, type Handler } from "@kratos-ts/core";
import { AlwaysOffSampler } from "@opentelemetry/sdk-trace";
import { describe, expect, test } from "vitest";
import { callContext, callInfo } from "../testdata/calls.ts";
import { recorder } from "../testdata/recorder.ts";
import { serverTracing } from "./server-tracing.ts";
import { traceExemplar, traceIds, traceValues } from "./trace-ids.ts";

/** What `read` gives in a handler, and the span that it ran in. */
async function inSpan<T>(read: () => T, { tracerProvider, spans } = recorder()) {
  const handler: Handler = async () => read();
  const run = chain(serverTracing({ tracerProvider }))(handler, callInfo("server"));
  const found: T = await run({}, callContext("server"));
  return { found, span: spans()[0]?.spanContext() };
}

describe("in a span", () => {
  test("there are its ids", async () => {
    const { found, span } = await inSpan(traceIds);
    expect(found).toEqual({ traceId: span?.traceId, spanId: span?.spanId });
  });

  test("log lines have them as Kratos names them", async () => {
    const { found, span } = await inSpan(() => [traceValues["trace.id"](), traceValues["span.id"]()]);
    expect(found).toEqual([span?.traceId, span?.spanId]);
  });

  test("metrics have them as an exemplar", async () => {
    const { found, span } = await inSpan(traceExemplar);
    expect(found).toEqual({ trace_id: span?.traceId, span_id: span?.spanId });
  });

  test("that isn't sampled there are ids, and no exemplar", async () => {
    const { found } = await inSpan(
      () => ({ ids: traceIds(), exemplar: traceExemplar() }),
      recorder(new AlwaysOffSampler()),
    );
    expect(found.ids?.traceId).toMatch(/^[\da-f]{32}$/);
    expect(found.exemplar).toBeUndefined();
  });
});

test("outside of spans there are none", () => {
  expect([traceIds(), traceExemplar(), traceValues["trace.id"](), traceValues["span.id"]()]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
