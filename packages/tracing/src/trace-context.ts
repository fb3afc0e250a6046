import {
  createTraceState,
  isSpanContextValid,
  type SpanContext,
  type TextMapPropagator,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { textOf } from "./carried-text.ts";

// version, trace id, parent id, flags, and what a later version may add (https://www.w3.org/TR/trace-context/#traceparent-header).
const traceparent = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** W3C trace context: https://www.w3.org/TR/trace-context/. What it can't read begins a new trace. */
export const traceContextPropagator: TextMapPropagator = {
  inject(context, carrier, setter) {
    const span = trace.getSpanContext(context);
    if (span === undefined || !isSpanContextValid(span)) return;
    const flags = span.traceFlags & TraceFlags.SAMPLED ? "01" : "00";
    setter.set(carrier, "traceparent", `00-${span.traceId}-${span.spanId}-${flags}`);
    const state = span.traceState?.serialize();
    if (state) setter.set(carrier, "tracestate", state);
  },
  extract(context, carrier, getter) {
    const span = parse(textOf(getter.get(carrier, "traceparent")));
    if (span === undefined) return context;
    const state = textOf(getter.get(carrier, "tracestate"));
    const traceState = state ? createTraceState(state) : undefined;
    return trace.setSpanContext(context, traceState === undefined ? span : { ...span, traceState });
  },
  fields: () => ["traceparent", "tracestate"],
};

function parse(text: string): SpanContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", more] = traceparent.exec(text) ?? [];
  if (version === undefined || (version === "00" && more !== undefined)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const span: SpanContext = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(span) ? span : undefined;
}
