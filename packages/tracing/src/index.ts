export { clientTracing } from "./client-tracing.ts";
export type { MessageSize, TracingOptions } from "./options.ts";
export { serverTracing } from "./server-tracing.ts";
export { type TraceIds, traceExemplar, traceIds, traceValues } from "./trace-ids.ts";
export { w3cPropagator } from "./w3c-propagator.ts";
