import type { LogFields, Logger, LogLevel } from "@kratos-ts/core";
import { type ContractCase, type ContractFactory, describeContract } from "./contract.ts";
import { fieldCases } from "./logger-fields.ts";
import { levelCases } from "./logger-levels.ts";
import { sinkCases } from "./logger-sink.ts";

/** A line as it has left the logger. */
export interface WrittenLine {
  readonly level: LogLevel;
  readonly message: string;
  /** All fields of the line, bound ones too; without those that every line of the backend has (time, host). */
  readonly fields: LogFields;
}

/** A logger under test, with a sink that can be read. */
export interface LoggerSubject extends AsyncDisposable {
  readonly logger: Logger & AsyncDisposable;
  /** What has been written so far, oldest first. Waits for what is still on its way. */
  lines(): Promise<readonly WrittenLine[]>;
  /** From here on the sink fails as the real one does when it fails: a broken pipe, a server that went away. */
  breakSink(): void | Promise<void>;
}

export interface LoggerContractOptions {
  /** The lowest level that is written. */
  readonly level: LogLevel;
}

export type LoggerCase = ContractCase<LoggerSubject, LoggerContractOptions>;

/** What every implementation of core's `Logger` holds. */
export const loggerContract: readonly LoggerCase[] = [...levelCases, ...fieldCases, ...sinkCases];

/** Tests a logger; `factory` makes one that writes lines of the level it is given and above. */
export function describeLoggerContract(
  name: string,
  factory: ContractFactory<LoggerSubject, LoggerContractOptions>,
): void {
  describeContract(`${name} is a Logger`, loggerContract, factory);
}
