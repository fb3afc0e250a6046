export { createFluentdLogger, type FluentdLogger, type FluentdLoggerOptions } from "./fluentd-logger.ts";
export type { FluentdSecurity } from "./handshake.ts";
