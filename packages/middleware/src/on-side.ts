import type { CallInfo, Middleware } from "@kratos-ts/core";

/** The middleware, but nothing at all where it stands in a chain of the other side. */
export function onSide(side: CallInfo["side"], middleware: Middleware): Middleware {
  return (next, info) => (info.side === side ? middleware(next, info) : next);
}
