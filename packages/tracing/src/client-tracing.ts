import type { CallInfo, Context, Handler, Middleware } from "@kratos-ts/core";
import { type Context as OtelContext, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { otelContextOf } from "./call-context.ts";
import { callPlan } from "./call-plan.ts";
import { headerSetter } from "./header-carrier.ts";
import type { TracingOptions } from "./options.ts";
import { sendServiceName } from "./service-name.ts";
import { runTraced } from "./traced-call.ts";
import { type TracerSource, tracerSource } from "./tracer-source.ts";
import { w3cPropagator } from "./w3c-propagator.ts";

/**
 * Makes a span of each call that the client makes, the child of the active one or of that of the call being served, and
 * sends the name of the app, the baggage and the trace with it. Without a tracer provider nothing is recorded, and what
 * came with the call being served is sent on.
 *
 * Put it first for one span a call; after `retry()` for one an attempt.
 */
export function clientTracing(options: TracingOptions = {}): Middleware {
  const tracerOf = tracerSource({ tracerProvider: options.tracerProvider, tracerName: options.tracerName ?? "kratos" });
  return (next, info) => (info.side === "client" ? call(next, { info, options, tracerOf }) : next);
}

interface Setup {
  readonly info: CallInfo;
  readonly options: TracingOptions;
  readonly tracerOf: TracerSource;
}

const directions = { requests: "SENT", replies: "RECEIVED" } as const;

function call(next: Handler, { info, options, tracerOf }: Setup): Handler {
  const { propagator = w3cPropagator } = options;
  const plan = callPlan(info, options);
  const startOptions = { kind: SpanKind.CLIENT, attributes: plan.attributes.fixed };
  const send = (ctx: Context, otel: OtelContext): void => {
    const header = ctx.transport?.requestHeader;
    if (header === undefined) return;
    sendServiceName(ctx, header);
    if (otel !== ROOT_CONTEXT) propagator.inject(otel, header, headerSetter);
  };
  return (req, ctx) => {
    const tracer = tracerOf();
    const parent = otelContextOf(ctx);
    if (tracer === undefined) {
      send(ctx, parent);
      return next(req, ctx);
    }
    const span = tracer.startSpan(info.operation, startOptions, parent);
    if (span.isRecording()) {
      const attributes = {};
      plan.attributes.begun(attributes, { ctx, req });
      span.setAttributes(attributes);
    }
    const otel = trace.setSpan(parent, span);
    send(ctx, otel);
    return runTraced(next, { req, ctx, span, otel, plan, directions });
  };
}
