import type { LogFields, Logger, LogLevel } from "@kratos-ts/core";
import type { LoggerCase, LoggerSubject, WrittenLine } from "./logger-contract.ts";

export const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** A case with a logger of level info. */
export function loggerCase(name: string, check: LoggerCase["check"]): LoggerCase {
  return { name, options: { level: "info" }, check };
}

/** The one line that this logs. */
export async function written(subject: LoggerSubject, log: (logger: Logger) => void): Promise<WrittenLine> {
  log(subject.logger);
  const lines = await subject.lines();
  if (lines.length !== 1) throw new Error(`expected one line, got ${lines.length}`);
  return lines[0] as WrittenLine;
}

/** The fields of the one line that is logged with these. */
export async function fieldsOf(subject: LoggerSubject, fields: LogFields): Promise<LogFields> {
  const line = await written(subject, (logger) => logger.info("line", fields));
  if (line.message !== "line") throw new Error(`the message became ${JSON.stringify(line.message)}`);
  return line.fields;
}
