/** What of Sentry is used: `* as Sentry` of `@sentry/node`, or any other of its SDKs, from version 8 on. */
export interface SentryReporter {
  captureException(thrown: unknown, hint: SentryHint): unknown;
}

/** What is told beside an error. */
export interface SentryHint {
  mechanism: { type: string; handled: boolean };
  captureContext: {
    tags: Record<string, string>;
    contexts: {
      kratos: Record<string, unknown>;
      trace?: { trace_id: string; span_id: string };
    };
  };
}

export function isReporter(sentry: unknown): sentry is SentryReporter {
  return typeof (sentry as Partial<SentryReporter> | undefined)?.captureException === "function";
}
