import { type Context, type Handler, KratosError } from "@kratos-ts/core";
import { type Attributes, context, type Context as OtelContext, type Span, SpanStatusCode } from "@opentelemetry/api";
import { withOtelContext } from "./call-context.ts";
import type { CallPlan, EndedCall } from "./call-plan.ts";
import { exceptionOf } from "./exception.ts";
import { errorTypeOf } from "./failure-rule.ts";
import { statusNameOf } from "./grpc-status.ts";
import { messageEvents } from "./message-events.ts";
import { watched } from "./watched-stream.ts";

export interface TracedCall {
  readonly req: unknown;
  readonly ctx: Context;
  readonly span: Span;
  /** The context with the span in it. */
  readonly otel: OtelContext;
  readonly plan: CallPlan;
  /** Which way messages of requests go, and of replies. */
  readonly directions: { readonly requests: "SENT" | "RECEIVED"; readonly replies: "SENT" | "RECEIVED" };
}

/** Runs a call in its span, and ends that with the call: that of a stream with the stream. */
export async function runTraced(next: Handler, call: TracedCall): Promise<unknown> {
  const { req, ctx, span, otel, plan, directions } = call;
  // A span that isn't sampled has nothing to tell, and no end.
  if (!span.isRecording() && !plan.streamsReplies)
    return context.with(otel, next, undefined, req, withOtelContext(ctx, otel));
  const eventsOf = (direction: "SENT" | "RECEIVED") => messageEvents(span, { direction, max: plan.maxMessageEvents });
  try {
    const requests = plan.streamsRequests
      ? watched(req as AsyncIterable<unknown>, { message: eventsOf(directions.requests) })
      : req;
    const reply = await context.with(otel, next, undefined, requests, withOtelContext(ctx, otel));
    if (plan.streamsReplies)
      return watched(reply as AsyncIterable<unknown>, {
        ctx,
        message: eventsOf(directions.replies),
        end: (failure) => endSpan(call, failure === undefined ? {} : failure),
        run: (step) => context.with(otel, step),
      });
    endSpan(call, { reply });
    return reply;
  } catch (thrown) {
    endSpan(call, { thrown });
    throw thrown;
  }
}

type End = { readonly thrown: unknown } | { readonly reply?: unknown };

function endSpan(call: TracedCall, end: End): void {
  if (call.span.isRecording()) describeEnd(call, end);
  call.span.end();
}

function describeEnd({ req, ctx, span, plan }: TracedCall, end: End): void {
  const error = "thrown" in end ? KratosError.from(end.thrown) : undefined;
  const ended: EndedCall = { req, ctx, error, reply: "thrown" in end ? undefined : end.reply };
  const attributes: Attributes = {};
  plan.attributes.ended(attributes, ended);
  if (plan.failed(ended)) {
    attributes["error.type"] = errorTypeOf(attributes, statusNameOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: error?.message ?? "" });
  }
  span.setAttributes(attributes);
  if ("thrown" in end) span.recordException(exceptionOf(end.thrown));
}
