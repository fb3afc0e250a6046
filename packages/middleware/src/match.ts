import { type CallInfo, type Context, chain, type Middleware } from "@kratos-ts/core";

type OneOrMore<T> = T | readonly T[];

export interface MatchOptions {
  /** Operations as they are, such as `/users.v1.Users/Find`; for a hand-written route its path template. Default none. */
  operation?: OneOrMore<string> | undefined;
  /** How operations begin, such as `/users.v1.`. Default none. */
  prefix?: OneOrMore<string> | undefined;
  /** What whole operations look like: as in Kratos, a part that matches is not enough. Default none. */
  regexp?: OneOrMore<RegExp> | undefined;
  /** Decides by what is known of a method; asked once a method, so it costs calls nothing. Default none. */
  method?: ((info: CallInfo) => boolean) | undefined;
  /** Decides by the call; asked for each call of the methods that nothing above fits. Default none. */
  predicate?: ((ctx: Context, info: CallInfo) => boolean) | undefined;
  /** Turns all of the above around: the middleware runs for the operations that fit none of it. Default false. */
  invert?: boolean | undefined;
  /** Only calls of this side. Default both. */
  side?: CallInfo["side"] | undefined;
  /** Only calls over transports of this kind (`grpc`, `http`, …). Default all. */
  kind?: OneOrMore<string> | undefined;
}

/**
 * Runs middleware for some operations only: those that fit one of `operation`, `prefix`, `regexp`, `method` and
 * `predicate`; all of them where none of these is given. `side` and `kind` narrow that. For other methods it costs
 * nothing, since all but `predicate` is decided once a method.
 *
 * Throws a `TypeError` when no option says which calls.
 */
export function match(options: MatchOptions, ...middleware: readonly Middleware[]): Middleware {
  const { predicate, side, invert = false } = options;
  const kinds = listOf(options.kind);
  const fits = methodTest(options);
  if (fits === undefined && predicate === undefined && side === undefined && kinds.length === 0)
    throw new TypeError(
      "match() without a condition: give operation, prefix, regexp, method, predicate, side or kind, or leave match() out",
    );
  const around = chain(...middleware);
  return (next, info) => {
    if (side !== undefined && info.side !== side) return next;
    if (kinds.length > 0 && !kinds.includes(info.kind)) return next;
    const fitting = fits?.(info) ?? predicate === undefined;
    if (fitting || predicate === undefined) return fitting === invert ? next : around(next, info);
    const inside = around(next, info);
    return (req, ctx) => (predicate(ctx, info) === invert ? next(req, ctx) : inside(req, ctx));
  };
}

/** Whether a method fits, by what is known before its first call; undefined when nothing was said of methods. */
function methodTest(options: MatchOptions): ((info: CallInfo) => boolean) | undefined {
  const { method } = options;
  const operations = new Set(listOf(options.operation));
  const prefixes = listOf(options.prefix);
  const regexps = listOf(options.regexp).map(whole);
  if (operations.size + prefixes.length + regexps.length === 0 && method === undefined) return undefined;
  return (info) => {
    const { operation } = info;
    return (
      operations.has(operation) ||
      prefixes.some((prefix) => operation.startsWith(prefix)) ||
      regexps.some((regexp) => regexp.test(operation)) ||
      method?.(info) === true
    );
  };
}

/** The expression, for whole texts; without the flags that make it remember where it was. */
function whole({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags.replace(/[gym]/g, ""));
}

function listOf<T>(value: OneOrMore<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}
