import type { TextMapPropagator } from "@opentelemetry/api";
import { baggagePropagator } from "./baggage.ts";
import { traceContextPropagator } from "./trace-context.ts";

const parts: readonly TextMapPropagator[] = [baggagePropagator, traceContextPropagator];

/** W3C baggage, then W3C trace context, in the order of Kratos. For any carrier. */
export const w3cPropagator: TextMapPropagator = {
  inject(context, carrier, setter) {
    for (const part of parts) part.inject(context, carrier, setter);
  },
  extract: (context, carrier, getter) => parts.reduce((found, part) => part.extract(found, carrier, getter), context),
  fields: () => parts.flatMap((part) => part.fields()),
};
