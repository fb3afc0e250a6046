import {
  type CallInfo,
  type Context,
  now as clock,
  KratosError,
  type Logger,
  type LogLevel,
  type Middleware,
} from "@kratos-ts/core";
import { type ArgsOptions, createArgsText } from "./args-text.ts";
import { type Failure, tracked } from "./call-end.ts";
import { onSide } from "./on-side.ts";

export interface LoggingOptions extends ArgsOptions {
  /**
   * What `args` says; false leaves it out. Default: the request as JSON, in which fields with the option `debug_redact`
   * and those that `redact` names are masked; for an object with a method `redact`, what that gives.
   */
  args?: false | ((req: unknown, info: CallInfo) => string) | undefined;
  /** The level of a call that ended with this code; 200 when it went well. Default `info` for 200, else `error`. */
  level?: ((code: number, info: CallInfo) => LogLevel) | undefined;
  /** A call that took at least this many ms is logged as `slow`, on level `warn` at least. Default: none is. */
  slowMs?: number | undefined;
  /**
   * Which calls are logged of those that went well and were not slow: a share from 0 to 1, or a function that decides.
   * Default 1, all.
   */
  sample?: number | ((ctx: Context, info: CallInfo) => boolean) | undefined;
  /** The time in ms. Default: core's `now`. */
  now?: (() => number) | undefined;
  /** A number from 0 up to 1, for `sample`. Default `Math.random`. */
  random?: (() => number) | undefined;
}

/**
 * Logs each call that the server has served in one line, "server request", with the fields of Kratos: `kind`,
 * `component`, `operation`, `args`, `code`, `reason`, `latency` (seconds) and, when it failed, `error` and `stack`. A
 * stream's line comes at its end. Nothing is made of the request unless the line is written.
 */
export function serverLogging(logger: Logger, options: LoggingOptions = {}): Middleware {
  return onSide("server", logging(logger.with({ kind: "server" }), "server request", options));
}

/** Logs each call that a client has made in one line, "client request": see {@link serverLogging}. */
export function clientLogging(logger: Logger, options: LoggingOptions = {}): Middleware {
  return onSide("client", logging(logger.with({ kind: "client" }), "client request", options));
}

function logging(logger: Logger, message: string, options: LoggingOptions): Middleware {
  const { slowMs = Number.POSITIVE_INFINITY, level = levelOf, now = clock } = options;
  const sampled = sampler(options);
  const textOf = argsOf(options);
  return (next, info) => {
    const log = logger.with({ component: info.kind, operation: info.operation });
    const run = tracked(next, info, "over");
    return (req, ctx) => {
      const start = now();
      return run(req, ctx, (failure) => {
        const latencyMs = now() - start;
        const slow = latencyMs >= slowMs;
        if (failure === undefined && !slow && !sampled(ctx, info)) return;
        const { code, reason } = failure === undefined ? succeeded : KratosError.from(failure.thrown);
        const at = atLeastWarn(level(code, info), slow);
        if (!log.enabled(at)) return;
        const fields: Record<string, unknown> = textOf === undefined ? {} : { args: textOf(req, info) };
        fields.code = code;
        fields.reason = reason;
        fields.latency = latencyMs / 1000;
        if (slow) fields.slow = true;
        if (failure !== undefined) addError(fields, failure);
        log[at](message, fields);
      });
    };
  };
}

const succeeded = { code: 200, reason: "" };

function levelOf(code: number): LogLevel {
  return code === 200 ? "info" : "error";
}

function atLeastWarn(level: LogLevel, slow: boolean): LogLevel {
  return slow && level !== "error" ? "warn" : level;
}

function sampler({ sample = 1, random = Math.random }: LoggingOptions): (ctx: Context, info: CallInfo) => boolean {
  if (typeof sample === "function") return sample;
  if (!(sample >= 0 && sample <= 1)) throw new RangeError(`logging: sample is ${sample}, but has to be from 0 to 1`);
  return sample === 1 ? () => true : () => random() < sample;
}

/** What `args` says; undefined when it is left out. It never throws: a log that fails must not fail its call. */
function argsOf(options: LoggingOptions): ((req: unknown, info: CallInfo) => string) | undefined {
  if (options.args === false) return undefined;
  const textOf = options.args ?? createArgsText(options);
  return (req, info) => {
    try {
      return textOf(req, info);
    } catch (error) {
      return `<args can't be shown: ${error instanceof Error ? error.message : error}>`;
    }
  };
}

function addError(fields: Record<string, unknown>, { thrown }: Failure): void {
  fields.error = thrown;
  if (thrown instanceof Error) fields.stack = thrown.stack;
}
