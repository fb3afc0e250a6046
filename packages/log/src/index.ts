export type { ContextValue } from "./context-values.ts";
export { createLogger, type LoggerOptions, type RootLogger } from "./create-logger.ts";
export type { ComponentLogger } from "./front-logger.ts";
export type { WebHandler } from "./level-handler.ts";
export type { LineFilter, LogLine } from "./line-filter.ts";
export type { MaskOptions } from "./masking.ts";
export type { MessageTypes } from "./message-json.ts";
export type { LogBackend, LogDestination } from "./output.ts";
