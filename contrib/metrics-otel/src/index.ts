export { createOtelMeter, type OtelMeterOptions } from "./otel-meter.ts";
