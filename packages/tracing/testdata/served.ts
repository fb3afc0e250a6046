import type { Handler } from "@kratos-ts/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { TracingOptions } from "../src/options.ts";
import { serverTracing } from "../src/server-tracing.ts";
import { callContext, callInfo, type FakeCall } from "./calls.ts";
import { recorder } from "./recorder.ts";

export const reply: Handler = async () => "reply";

export interface Served extends FakeCall {
  handler?: Handler;
  options?: TracingOptions;
}

/** Serves one unary call, and gives its span. */
export async function spanOf({ handler = reply, options, ...call }: Served): Promise<ReadableSpan> {
  const { tracerProvider, span } = recorder();
  const middleware = serverTracing({ tracerProvider, ...options });
  const run = middleware(handler, callInfo("server", { kind: call.kind ?? "grpc" }));
  await run({}, callContext("server", call)).catch(() => {});
  return span();
}
