export { createOtelLogger, type OtelLogger, type OtelLoggerOptions } from "./otel-logger.ts";
