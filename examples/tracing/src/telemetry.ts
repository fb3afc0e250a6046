import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

export interface TelemetryOptions {
  /** The `service.name` of the spans. */
  readonly service: string;
  /** Where OTLP/HTTP is received, such as `http://127.0.0.1:4318`. */
  readonly otlpEndpoint: string;
}

/** The SDK of one service: no import hooks, no instrumentation but the middleware. `shutdown()` sends what is left. */
export function createTelemetry({ service, otlpEndpoint }: TelemetryOptions): TracerProvider {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  const exporter = new OTLPTraceExporter({ url: `${otlpEndpoint}/v1/traces` });
  return new TracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
}
