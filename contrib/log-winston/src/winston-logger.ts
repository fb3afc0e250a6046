import type { LogFields, Logger, LogLevel } from "@kratos-ts/core";
import type { Logger as Winston } from "winston";
import { plainFields } from "./plain-fields.ts";

export interface WinstonLoggerOptions {
  /** Where lines go. Its level, format and transports are yours; it is ended when this logger is closed. */
  logger: Winston;
  /** The most lines that wait for slow transports; what comes on top is dropped, and counted. Default 10 000. */
  maxBuffered?: number | undefined;
  /** Is told when a transport fails. Default: nobody. */
  onError?: ((error: Error) => void) | undefined;
}

export interface WinstonLogger extends Logger, AsyncDisposable {
  /** How many lines were dropped because transports failed or were too slow. */
  readonly dropped: number;
  /** Writes what is left, and ends the winston logger. What is logged afterwards is dropped. */
  close(): Promise<void>;
}

/** How long closing waits for transports that take nothing, in ms. */
const closeTimeout = 2000;

/** What winston's line has beside its fields. A field of such a name is written as `fields.…`. */
const ownNames = new Set(["level", "message", "timestamp", "splat"]);

/** Makes core's `Logger` of a winston logger. It never throws and never waits. Throws a RangeError for a limit that is no positive number. */
export function createWinstonLogger(options: WinstonLoggerOptions): WinstonLogger {
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
  if (fields === undefined) return undefined;
  const plain = plainFields(fields);
  for (const name of Object.keys(plain)) {
    if (!ownNames.has(name)) continue;
    plain[`fields.${name}`] = plain[name];
    delete plain[name];
  }
  return plain;
}

/** The winston logger, whose failures end here. */
class Output {
  dropped = 0;
  readonly #logger: Winston;
  readonly #names: Readonly<Record<LogLevel, string>>;
  readonly #maxBuffered: number;
  readonly #onError: (error: Error) => void;
  #closed: Promise<void> | undefined;

  constructor({ logger, maxBuffered = 10_000, onError = () => {} }: WinstonLoggerOptions) {
    if (!(maxBuffered > 0))
      throw new RangeError(`createWinstonLogger: maxBuffered must be a positive number, got ${maxBuffered}`);
    this.#logger = logger;
    this.#names = { debug: "debug", info: "info", warn: warnOf(logger), error: "error" };
    this.#maxBuffered = maxBuffered;
    this.#onError = onError;
    // Winston hands errors of its transports on, and without a listener they end the process.
    logger.on("error", (error: Error) => this.#failed(error));
  }

  enabled(level: LogLevel): boolean {
    return this.#logger.isLevelEnabled(this.#names[level]);
  }

  write(level: LogLevel, line: { message: string; fields: LogFields }): void {
    if (this.#closed !== undefined || !this.#logger.writable || this.#logger.writableLength >= this.#maxBuffered) {
      this.dropped++;
      return;
    }
    try {
      this.#logger.log({ ...line.fields, level: this.#names[level], message: line.message });
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
      if (!this.#logger.writable) return done();
      this.#logger.once("finish", done).once("close", done);
      this.#logger.end();
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

/** Of winston's own sets of levels, that of syslog says `warning`. */
function warnOf({ levels }: Winston): string {
  return "warn" in levels ? "warn" : "warning";
}
