import type { LogFields, LogLevel } from "@kratos-ts/core";

/** A line about to be written, masked, with the fields that are bound. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Whether to write a line. One that throws has it written. */
export type LineFilter = (line: LogLine) => boolean;

export function passes(filter: LineFilter, line: LogLine): boolean {
  try {
    return filter(line);
  } catch {
    return true;
  }
}
