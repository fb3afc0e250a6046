import { type Context, type ContextKey, createContextKey } from "@kratos-ts/core";
import { context, type Context as OtelContext, ROOT_CONTEXT, trace } from "@opentelemetry/api";

/** The OpenTelemetry context of a call, for where no context manager carries it. */
const otelContextKey: ContextKey<OtelContext | undefined> = createContextKey<OtelContext | undefined>(undefined, {
  description: "OpenTelemetry context",
});

/** The context with the call's OpenTelemetry context in it. */
export function withOtelContext(ctx: Context, otel: OtelContext): Context {
  return ctx.with(otelContextKey, otel);
}

/**
 * The OpenTelemetry context that `ctx` belongs to: the active one, or, without a context manager, the one of the call
 * being served.
 */
export function otelContextOf(ctx: Context | undefined): OtelContext {
  const active = context.active();
  if (active !== ROOT_CONTEXT && trace.getSpanContext(active) !== undefined) return active;
  return ctx?.get(otelContextKey) ?? active;
}
