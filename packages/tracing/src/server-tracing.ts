import type { CallInfo, Handler, HeaderList, Middleware } from "@kratos-ts/core";
import { ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { withOtelContext } from "./call-context.ts";
import { callPlan } from "./call-plan.ts";
import { headerGetter } from "./header-carrier.ts";
import type { TracingOptions } from "./options.ts";
import { runTraced } from "./traced-call.ts";
import { type TracerSource, tracerSource } from "./tracer-source.ts";
import { w3cPropagator } from "./w3c-propagator.ts";

/**
 * Makes a span of each call that the server serves: named after its operation, the child of the caller's, and the
 * active one in the handler. Without a tracer provider nothing is recorded, and the caller's trace and baggage are
 * handed on as they came.
 *
 * Put it after `recovery()` and before what logs and counts, so that these know the trace.
 */
export function serverTracing(options: TracingOptions = {}): Middleware {
  const tracerOf = tracerSource({ tracerProvider: options.tracerProvider, tracerName: options.tracerName ?? "kratos" });
  return (next, info) => (info.side === "server" ? serve(next, { info, options, tracerOf }) : next);
}

interface Setup {
  readonly info: CallInfo;
  readonly options: TracingOptions;
  readonly tracerOf: TracerSource;
}

const directions = { requests: "RECEIVED", replies: "SENT" } as const;

function serve(next: Handler, { info, options, tracerOf }: Setup): Handler {
  const { propagator = w3cPropagator } = options;
  const plan = callPlan(info, options);
  const fields = new Set(propagator.fields());
  const startOptions = { kind: SpanKind.SERVER, attributes: plan.attributes.fixed };
  const callerOf = (header: HeaderList | undefined) =>
    header === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, header, headerGetter);
  return (req, ctx) => {
    const tracer = tracerOf();
    const header = ctx.transport?.requestHeader;
    if (tracer === undefined) {
      if (header === undefined || !hasAny(header, fields)) return next(req, ctx);
      return next(req, withOtelContext(ctx, callerOf(header)));
    }
    // Not the active context: that of a server in the same process as its caller could be anybody's.
    const caller = callerOf(header);
    const span = tracer.startSpan(info.operation, startOptions, caller);
    if (span.isRecording()) {
      const attributes = {};
      plan.attributes.begun(attributes, { ctx, req });
      span.setAttributes(attributes);
    }
    return runTraced(next, { req, ctx, span, otel: trace.setSpan(caller, span), plan, directions });
  };
}

function hasAny(header: HeaderList, names: ReadonlySet<string>): boolean {
  const list = header.flat();
  for (let i = 0; i < list.length; i += 2) if (names.has(list[i] as string)) return true;
  return false;
}
