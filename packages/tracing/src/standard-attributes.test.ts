import { errorInternalServer } from "@kratos-ts/core";
import * as stable from "@opentelemetry/semantic-conventions";
import { expect, test } from "vitest";
import { callContext, callInfo } from "../testdata/calls.ts";
import { recorder } from "../testdata/recorder.ts";
import { clientTracing } from "./client-tracing.ts";
import { serverTracing } from "./server-tracing.ts";

// Attributes without a stable name: the caller's name is in development; the reason is Kratos's own.
const notStable = ["client.service.name", "kratos.reason"];

test.each(["grpc", "http"])("every attribute of %s calls is a stable one of the conventions", async (kind) => {
  const known = new Set<unknown>(
    Object.entries(stable).flatMap(([name, value]) => (/^ATTR_/.test(name) ? [value] : [])),
  );
  const { tracerProvider, spans } = recorder();
  const headers = ["x-md-service-name", "shop", "user-agent", "x"];
  for (const [side, tracing] of [["server", serverTracing] as const, ["client", clientTracing] as const]) {
    const run = tracing({ tracerProvider })(() => Promise.reject(errorInternalServer("X")), callInfo(side, { kind }));
    await run({}, callContext(side, { kind: kind as "grpc", headers })).catch(() => {});
  }
  const names = new Set(spans().flatMap((span) => Object.keys(span.attributes)));
  expect([...names].filter((name) => !known.has(name)).sort()).toEqual(notStable);
});
