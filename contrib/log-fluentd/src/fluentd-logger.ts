import { hostname } from "node:os";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import type { LogFields, Logger, LogLevel } from "@kratos-ts/core";
import { dialerOf } from "./endpoint.ts";
import { encodeEntry } from "./event.ts";
import { createHandshake, type FluentdSecurity } from "./handshake.ts";
import { plainFields } from "./plain-fields.ts";
import { Sender } from "./sender.ts";

export interface FluentdLoggerOptions {
  /** `tcp://host:24224`, `tls://host:24224` or `unix:///path`. Default `tcp://127.0.0.1:24224`. */
  endpoint?: string | undefined;
  /** What the server routes by, or what gives it for a level. Default `kratos`. */
  tag?: string | ((level: LogLevel) => string) | undefined;
  /** The lowest level that is written. Default `debug`: all. */
  level?: LogLevel | undefined;
  /** Waits for the server's acknowledgement, and sends again what it has not acknowledged: lines may come twice, but none is lost with a connection. Default true. */
  ack?: boolean | undefined;
  /** For connecting, and for each answer of the server, in ms. Default 10 000. */
  timeout?: number | undefined;
  /** How long to wait after a failure, in ms: `min` at first, twice as long each time, `max` at most. Default 100 and 30 000. */
  retryDelay?: { min?: number | undefined; max?: number | undefined } | undefined;
  /** For `tls://`: what `tls.connect` takes. Default: the system's certificates. */
  tls?: TlsOptions | undefined;
  /** For a server with `<security>`. Default none. */
  security?: FluentdSecurity | undefined;
  /** The most that waits for the server, in bytes; what comes on top is dropped, and counted. Default 4 MiB. */
  maxBuffered?: number | undefined;
  /** Is told of each failure. Default: nobody. */
  onError?: ((error: Error) => void) | undefined;
}

export interface FluentdLogger extends Logger, AsyncDisposable {
  /** How many lines were dropped because the server failed or was too slow. */
  readonly dropped: number;
  /** Resolves when the server has what was logged, after 2 s at the latest. */
  flush(): Promise<void>;
  /** Delivers what is left, and ends. What is logged afterwards is dropped. */
  close(): Promise<void>;
}

/** How long a flush waits for a server that takes nothing, in ms. */
const flushTimeout = 2000;

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** What a record has beside its fields, named as Go's slog does. A field of such a name is written as `fields.…`. */
const ownNames = new Set(["level", "msg"]);

/**
 * A `Logger` whose lines go to Fluentd or Fluent Bit by the forward protocol
 * (https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1.5). It connects with the first line, and
 * again whenever it has to; it never throws and never waits. Throws a TypeError for an endpoint that is none, and a
 * RangeError for a level or a limit that can't be.
 */
export function createFluentdLogger(options: FluentdLoggerOptions = {}): FluentdLogger {
  const output = new Output(options);
  const close = (): Promise<void> => output.close();
  return {
    ...boundLogger(output, {}),
    get dropped() {
      return output.dropped;
    },
    flush: () => output.flush(),
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

/** What sends the lines, whose failures end here. */
class Output {
  readonly #sender: Sender;
  readonly #tag: (level: LogLevel) => string;
  readonly #lowest: number;
  #failed = 0;
  #closed: Promise<void> | undefined;

  constructor(options: FluentdLoggerOptions) {
    const { tag = "kratos", level = "debug" } = options;
    if (!levels.includes(level))
      throw new RangeError(`createFluentdLogger: level must be one of ${levels.join(", ")}, got ${level}`);
    this.#sender = createSender(options);
    this.#tag = typeof tag === "string" ? () => tag : tag;
    this.#lowest = levels.indexOf(level);
  }

  get dropped(): number {
    return this.#failed + this.#sender.dropped;
  }

  enabled(level: LogLevel): boolean {
    return levels.indexOf(level) >= this.#lowest;
  }

  write(level: LogLevel, { message, fields }: { message: string; fields: LogFields }): void {
    try {
      const record = { level: level.toUpperCase(), msg: String(message), ...fields };
      this.#sender.push({ tag: this.#tag(level), bytes: encodeEntry(Date.now(), record) });
    } catch {
      this.#failed++;
    }
  }

  flush(): Promise<void> {
    return this.#closed ?? this.#sender.flush(flushTimeout);
  }

  close(): Promise<void> {
    this.#closed ??= this.#sender.flush(flushTimeout).then(() => this.#sender.stop());
    return this.#closed;
  }
}

function createSender(options: FluentdLoggerOptions): Sender {
  const { endpoint = "tcp://127.0.0.1:24224", ack = true, security, tls, onError } = options;
  const { timeout = 10_000, maxBuffered = 4 * 1024 * 1024 } = options;
  const { min = 100, max = 30_000 } = options.retryDelay ?? {};
  for (const [name, limit] of Object.entries({ timeout, maxBuffered, "retryDelay.min": min, "retryDelay.max": max }))
    if (!(limit > 0)) throw new RangeError(`createFluentdLogger: ${name} must be a positive number, got ${limit}`);
  return new Sender({
    dial: dialerOf(endpoint, tls),
    handshake: () => security && createHandshake({ ...security, hostname: security.hostname ?? hostname() }),
    ack,
    timeout,
    maxBuffered,
    retryDelay: { min, max },
    onError: guarded(onError),
  });
}

/** Whoever is told of a failing log can't make it worse. */
function guarded(onError: FluentdLoggerOptions["onError"]): (error: Error) => void {
  return (error) => {
    try {
      onError?.(error);
    } catch {
      // There is nobody left to tell.
    }
  };
}
