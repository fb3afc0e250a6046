export { createWinstonLogger, type WinstonLogger, type WinstonLoggerOptions } from "./winston-logger.ts";
