import type { LogFields, Logger, LogLevel } from "@kratos-ts/core";
import {
  type Attributes,
  type LoggerProvider,
  logs,
  type Logger as OtelApiLogger,
  SeverityNumber,
} from "@opentelemetry/api";
import { plainFields } from "./plain-fields.ts";

export interface OtelLoggerOptions {
  /** Where lines go: the SDK's provider. Default: the global one of `@opentelemetry/api`. */
  provider?: (LoggerProvider & { forceFlush?(): Promise<void> }) | undefined;
  /** The name of the instrumentation scope. Default `kratos`. */
  name?: string | undefined;
  /** The lowest level that is written. Default `debug`: all. */
  level?: LogLevel | undefined;
  /** Is told when a processor throws. Default: nobody. */
  onError?: ((error: Error) => void) | undefined;
}

export interface OtelLogger extends Logger, AsyncDisposable {
  /** How many lines were dropped because a processor threw, or the logger was closed. What exporters lose the SDK reports. */
  readonly dropped: number;
  /** Waits until the provider has exported what it has, which stays open. What is logged afterwards is dropped. */
  close(): Promise<void>;
}

/** How long closing waits for exporters, in ms. */
const closeTimeout = 2000;

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const severities: Readonly<Record<LogLevel, SeverityNumber>> = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

/**
 * A `Logger` whose lines are OpenTelemetry log records: the message is the body, fields are attributes, and a field
 * `error` gives the `exception.*` attributes too. The SDK adds the active span's trace. It never throws and never waits.
 */
export function createOtelLogger(options: OtelLoggerOptions = {}): OtelLogger {
  const output = new Output(options);
  const close = (): Promise<void> => output.close();
  return {
    ...boundLogger(output, {}),
    get dropped() {
      return output.dropped;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function boundLogger(output: Output, bound: LogFields): Logger {
  const log = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (output.enabled(level)) output.write(level, { message, fields: { ...bound, ...fieldsOf(fields) } });
  };
  return {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    enabled: (level) => output.enabled(level),
    with: (fields) => boundLogger(output, { ...bound, ...fieldsOf(fields) }),
  };
}

function fieldsOf(fields: LogFields | undefined): LogFields | undefined {
  return fields && plainFields(fields);
}

/** The OpenTelemetry logger, whose failures end here. */
class Output {
  dropped = 0;
  readonly #provider: NonNullable<OtelLoggerOptions["provider"]> | undefined;
  readonly #logger: OtelApiLogger;
  readonly #lowest: SeverityNumber;
  readonly #onError: (error: Error) => void;
  #closed: Promise<void> | undefined;

  constructor({ provider, name = "kratos", level = "debug", onError = () => {} }: OtelLoggerOptions) {
    if (severities[level] === undefined)
      throw new RangeError(
        `createOtelLogger: level must be one of ${Object.keys(severities).join(", ")}, got ${level}`,
      );
    this.#provider = provider;
    this.#logger = (provider ?? logs).getLogger(name);
    this.#lowest = severities[level];
    this.#onError = onError;
  }

  enabled(level: LogLevel): boolean {
    const severityNumber = severities[level];
    return severityNumber >= this.#lowest && this.#logger.enabled({ severityNumber });
  }

  write(level: LogLevel, { message, fields }: { message: string; fields: LogFields }): void {
    if (this.#closed !== undefined) {
      this.dropped++;
      return;
    }
    try {
      this.#logger.emit({
        timestamp: Date.now(),
        severityNumber: severities[level],
        severityText: level.toUpperCase(),
        body: message,
        attributes: { ...exceptionOf(fields.error), ...fields } as Attributes,
      });
    } catch (error) {
      this.dropped++;
      this.#failed(error as Error);
    }
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      const timer = setTimeout(resolve, closeTimeout);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const provider: OtelLoggerOptions["provider"] = this.#provider ?? logs.getLoggerProvider();
      Promise.resolve(provider.forceFlush?.())
        .catch((error: Error) => this.#failed(error))
        .finally(done);
    });
    return this.#closed;
  }

  #failed(error: Error): void {
    try {
      this.#onError(error);
    } catch {
      // There is nobody left to tell.
    }
  }
}

/** https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ */
function exceptionOf(error: unknown): Record<string, unknown> | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { name, message, stack } = error as Partial<Error>;
  if (typeof stack !== "string") return undefined;
  return { "exception.type": name, "exception.message": message, "exception.stacktrace": stack };
}
