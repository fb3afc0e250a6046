import { currentContext } from "@kratos-ts/core";
import { isSpanContextValid, trace } from "@opentelemetry/api";
import { otelContextOf } from "./call-context.ts";

export interface TraceIds {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

/** The ids of the span that this code runs in; undefined outside of traces. With or without a context manager. */
export function traceIds(): TraceIds | undefined {
  const span = trace.getSpanContext(otelContextOf(currentContext()));
  return span !== undefined && isSpanContextValid(span) ? { traceId: span.traceId, spanId: span.spanId } : undefined;
}

/** The option `values` of `@kratos-ts/log`: each line has the fields `trace.id` and `span.id`, named as in Kratos. */
export const traceValues: Readonly<Record<"trace.id" | "span.id", () => string | undefined>> = {
  "trace.id": () => traceIds()?.traceId,
  "span.id": () => traceIds()?.spanId,
};

/** The option `exemplar` of `@kratos-ts/metrics`: the span that a value is an example of, if it is sampled. */
export function traceExemplar(): { trace_id: string; span_id: string } | undefined {
  const span = trace.getSpanContext(otelContextOf(currentContext()));
  // One that is not sampled is found nowhere.
  if (span === undefined || !isSpanContextValid(span) || (span.traceFlags & 1) === 0) return undefined;
  return { trace_id: span.traceId, span_id: span.spanId };
}
