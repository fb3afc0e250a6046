export type LogLevel = "debug" | "info" | "warn" | "error";

/** What is logged beside the message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where logs go. Logging never throws and never waits for its sink. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Whether a line of that level is written: ask before you compute what only a log needs. */
  enabled(level: LogLevel): boolean;
  /** A logger that adds these fields to each line. */
  with(fields: LogFields): Logger;
}

/** Drops everything: the default wherever a logger can be given. */
export const noopLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  enabled: () => false,
  with: () => noopLogger,
};
