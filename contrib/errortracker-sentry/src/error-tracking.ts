import { appInfoKey, type CallInfo, type Context, type Handler, KratosError, type Middleware } from "@kratos-ts/core";
import { isReporter, type SentryHint, type SentryReporter } from "./sentry-reporter.ts";

export type { SentryHint, SentryReporter };

/** A call that has failed. */
export interface FailedCall {
  readonly ctx: Context;
  readonly info: CallInfo;
  /** The request, or the stream of requests. */
  readonly req: unknown;
  /** What was thrown. */
  readonly thrown: unknown;
}

export interface ErrorTrackingOptions {
  /** Which errors are reported. Default: those with a code of 500 or more, so all that nobody meant to throw. */
  isReported?: ((error: KratosError, call: FailedCall) => boolean) | undefined;
  /** The trace that the error belongs to: `traceIds` of `@kratos-ts/tracing`. Default: what Sentry itself knows. */
  traceIds?: (() => { traceId: string; spanId: string } | undefined) | undefined;
  /** More tags, such as a tenant. Default none. */
  tags?: ((call: FailedCall) => Readonly<Record<string, string>>) | undefined;
  /** What is told of the request, such as its JSON without what is personal. Default: nothing. */
  request?: ((call: FailedCall) => unknown) | undefined;
}

/**
 * Reports what calls to a server fail with. Put it after `recovery()`, which hides the original error from what is
 * around it, and after `serverTracing()`. The error goes on as it was; a report that fails changes nothing.
 *
 * Throws a `TypeError` where `sentry` has no `captureException`.
 */
export function serverErrorTracking(sentry: SentryReporter, options: ErrorTrackingOptions = {}): Middleware {
  return errorTracking("server", reporter(sentry, options));
}

/** Reports what calls of a client fail with: see {@link serverErrorTracking}. */
export function clientErrorTracking(sentry: SentryReporter, options: ErrorTrackingOptions = {}): Middleware {
  return errorTracking("client", reporter(sentry, options));
}

type Report = (call: FailedCall) => void;

function errorTracking(side: CallInfo["side"], report: Report): Middleware {
  return (next, info) => (info.side === side ? tracked(next, info, report) : next);
}

function tracked(next: Handler, info: CallInfo, report: Report): Handler {
  const kind = info.method?.methodKind;
  const streams = kind === "server_streaming" || kind === "bidi_streaming";
  return async (req, ctx) => {
    const failed = (thrown: unknown) => report({ ctx, info, req, thrown });
    try {
      const reply = await next(req, ctx);
      return streams ? trackedStream(reply, failed) : reply;
    } catch (thrown) {
      failed(thrown);
      throw thrown;
    }
  };
}

async function* trackedStream(stream: AsyncIterable<unknown>, failed: (thrown: unknown) => void) {
  try {
    yield* stream;
  } catch (thrown) {
    failed(thrown);
    throw thrown;
  }
}

const isServerError = ({ code }: KratosError): boolean => code >= 500;

function reporter(sentry: SentryReporter, options: ErrorTrackingOptions): Report {
  if (!isReporter(sentry))
    throw new TypeError('error tracking: pass Sentry itself, as in `import * as Sentry from "@sentry/node"`');
  const { isReported = isServerError } = options;
  return (call) => {
    try {
      const error = KratosError.from(call.thrown);
      if (isReported(error, call)) sentry.captureException(call.thrown, hintOf(call, { error, options }));
    } catch {
      // The call has an error of its own to tell.
    }
  };
}

interface Told {
  readonly error: KratosError;
  readonly options: ErrorTrackingOptions;
}

function hintOf(call: FailedCall, { error, options }: Told): SentryHint {
  const { info, ctx } = call;
  const { name, version } = ctx.get(appInfoKey) ?? {};
  const ids = options.traceIds?.();
  const request = options.request?.(call);
  const tags: Record<string, string> = { operation: info.operation, kind: info.kind, side: info.side };
  tags.code = String(error.code);
  if (error.reason) tags.reason = error.reason;
  if (name) tags["service.name"] = name;
  if (version) tags["service.version"] = version;
  return {
    mechanism: { type: "kratos", handled: false },
    captureContext: {
      tags: { ...tags, ...options.tags?.(call) },
      contexts: {
        kratos: { ...tags, metadata: { ...error.metadata }, ...(request === undefined ? {} : { request }) },
        ...(ids === undefined ? {} : { trace: { trace_id: ids.traceId, span_id: ids.spanId } }),
      },
    },
  };
}
