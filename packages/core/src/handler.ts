import type { DescMethod } from "@bufbuild/protobuf";
import type { Context } from "./context.ts";
import { runInContext } from "./current-context.ts";
import { streamInContext } from "./stream-in-context.ts";

/**
 * Answers a call. For unary methods `req` and the reply are messages; for streaming methods, the side that streams is
 * an `AsyncIterable` of messages; for hand-written HTTP routes they are a `Request` and a `Response`.
 */
// biome-ignore lint/suspicious/noExplicitAny: one chain serves every message type; `unknown` would need casts everywhere.
export type Handler<Req = any, Res = any> = (req: Req, ctx: Context) => Promise<Res>;

/** What a middleware may know when it is composed, once for each method and not for each call. */
export interface CallInfo {
  /** `/package.Service/Method`, or the path template of a hand-written route. */
  readonly operation: string;
  /** `grpc`, `http` or the kind of another transport. */
  readonly kind: string;
  readonly side: "server" | "client";
  /** Undefined for hand-written routes. */
  readonly method?: DescMethod | undefined;
}

/**
 * Wraps a handler: `(next) => async (req, ctx) => { …; return next(req, ctx); }`. The same middleware works on every
 * transport, on servers and clients, on unary and streaming calls, and runs once a call.
 */
export type Middleware = (next: Handler, info: CallInfo) => Handler;

/**
 * Makes one middleware of several; the first is the outermost. In each of them, and in the handler, `currentContext()`
 * is the context that it was given.
 */
export function chain(...middleware: readonly Middleware[]): Middleware {
  return (handler, info) => {
    let next = inContext(handler, info);
    for (let i = middleware.length - 1; i >= 0; i--) next = inContext((middleware[i] as Middleware)(next, info), info);
    return next;
  };
}

function inContext(handler: Handler, { method }: CallInfo): Handler {
  if (method?.methodKind === "server_streaming" || method?.methodKind === "bidi_streaming")
    return async (req, ctx) => streamInContext(await runInContext(ctx, handler, req, ctx), ctx);
  return (req, ctx) => runInContext(ctx, handler, req, ctx);
}
