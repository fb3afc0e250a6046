import type { Middleware } from "@kratos-ts/core";
import { clientTracing as clientTracingOf, serverTracing as serverTracingOf } from "@kratos-ts/tracing";
import { TracerProvider } from "@opentelemetry/sdk-trace";

/** Carries the name of the calling app. */
export const callerHeader = "x-md-service-name";

// Exports nothing, but gives each call a span, which shows on the wire.
const tracerProvider = new TracerProvider();

/** Goes on with the caller's trace, or begins one. */
export function serverTracing(): Middleware {
  return serverTracingOf({ tracerProvider });
}

/** Sends the trace, the baggage and the app's name with each call. */
export function clientTracing(): Middleware {
  return clientTracingOf({ tracerProvider });
}
