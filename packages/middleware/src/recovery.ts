import { type CallInfo, type Context, KratosError, type Logger, type Middleware, noopLogger } from "@kratos-ts/core";
import { streamsReplies } from "./method-kind.ts";

/** What was going on when something was thrown. */
export interface RecoveredCall {
  readonly ctx: Context;
  /** The request, or the stream of requests. */
  readonly req: unknown;
}

/** Gives the error that the caller gets for what was thrown; undefined for the default. */
export type RecoveryHandler = (
  thrown: unknown,
  call: RecoveredCall,
) => KratosError | undefined | Promise<KratosError | undefined>;

export interface RecoveryOptions {
  /** Gets what was thrown, with its stack. Default: nowhere. */
  logger?: Logger | undefined;
  /** Default: 500 `UNKNOWN` "unknown request error". */
  handler?: RecoveryHandler | undefined;
  /**
   * Whether something thrown is a failure of the program, which its caller is to know nothing of. Everything else goes
   * through as it is. It is not asked about what is meant for callers: a KratosError (in the causes too), a
   * ConnectError, an abort, a timeout. Default: `isProgrammingError`.
   */
  isPanic?: ((thrown: unknown) => boolean) | undefined;
}

/**
 * Keeps the insides of a service from its callers: what is thrown and was not meant for them becomes 500 `UNKNOWN`
 * "unknown request error", with the original as its cause, and the stack goes to the logger alone. For throws out of
 * reply streams too. Put it first, so that it is the outermost.
 *
 * Kratos's recovery catches panics, while an error that a handler returns goes to the caller with its text. JavaScript
 * throws both; `isPanic` tells which is which.
 */
export function recovery(options: RecoveryOptions = {}): Middleware {
  return (next, info) => {
    const recover = recoverer(options, info);
    const streams = streamsReplies(info);
    return async (req, ctx) => {
      try {
        const reply = await next(req, ctx);
        return streams ? recoverStream(reply, (thrown) => recover(thrown, { req, ctx })) : reply;
      } catch (thrown) {
        throw await recover(thrown, { req, ctx });
      }
    };
  };
}

/** What the language, the runtime and assertions throw when the program itself is wrong. */
const programmingErrors = new Set([
  "AssertionError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
]);

/**
 * Whether a thrown value tells of a mistake in the program: the built-in errors but for a plain `Error`, an
 * `AssertionError`, and whatever is no `Error` at all. Told by their names, so that an own class which extends one of
 * them under another name is none.
 */
export function isProgrammingError(thrown: unknown): boolean {
  return !(thrown instanceof Error) || programmingErrors.has(thrown.name);
}

type Recover = (thrown: unknown, call: RecoveredCall) => Promise<unknown>;

/** Makes what is thrown in the place of something thrown. */
function recoverer(options: RecoveryOptions, { operation, kind }: CallInfo): Recover {
  const { logger = noopLogger, handler, isPanic = isProgrammingError } = options;
  const tell = (message: string, thrown: unknown): void => {
    logger.error(message, { operation, kind, error: thrown, stack: stackOf(thrown) });
  };
  return async (thrown, call) => {
    if (isForCallers(thrown) || !isPanic(thrown)) return thrown;
    tell("recovered from a throw", thrown);
    try {
      return (await handler?.(thrown, call)) ?? unknownError(thrown);
    } catch (failure) {
      tell("the handler of recovery failed", failure);
      return unknownError(thrown);
    }
  };
}

async function* recoverStream(stream: AsyncIterable<unknown>, recover: (thrown: unknown) => Promise<unknown>) {
  try {
    yield* stream;
  } catch (thrown) {
    throw await recover(thrown);
  }
}

function isForCallers(thrown: unknown): boolean {
  if (KratosError.find(thrown) !== undefined) return true;
  if (!(thrown instanceof Error)) return false;
  const { name } = thrown;
  return name === "ConnectError" || name === "AbortError" || name === "TimeoutError";
}

function unknownError(cause: unknown): KratosError {
  return new KratosError({ code: 500, reason: "UNKNOWN", message: "unknown request error", cause });
}

function stackOf(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.stack : undefined;
}
