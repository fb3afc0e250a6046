import { type Context, type ContextKey, createContextKey, type Middleware, type Transporter } from "@kratos-ts/core";
import { onSide } from "./on-side.ts";

export interface RequestIdOptions {
  /** The header that carries the id. Default `x-request-id`. */
  header?: string | undefined;
  /** Makes an id where a call has none. Default: a random UUID. */
  generate?: (() => string) | undefined;
}

export interface ServerRequestIdOptions extends RequestIdOptions {
  /**
   * Which ids of callers to keep; others are replaced. Default: those of 1 to 128 letters, digits and `-_.:=+/@`, since
   * an id ends up in logs. `() => false` gives each call an id of this server's own.
   */
  accept?: ((id: string) => boolean) | undefined;
  /** Tells the caller its id, in the reply's header of the same name. Default true. */
  reply?: boolean | undefined;
}

/** The id of the request that is being served or, set by hand, that client calls send. Default: none. */
export const requestIdKey: ContextKey<string | undefined> = createContextKey<string | undefined>(undefined, {
  description: "request id",
});

const acceptable = /^[\w\-.:=+/@]{1,128}$/;
const randomId = (): string => globalThis.crypto.randomUUID();

/** Gives each call an id under `requestIdKey`: the one that its caller sent, or a new one. */
export function serverRequestId(options: ServerRequestIdOptions = {}): Middleware {
  const { header = "x-request-id", generate = randomId, reply = true } = options;
  const accept = options.accept ?? ((id: string) => acceptable.test(id));
  const idOf = (transport: Transporter | undefined): string => {
    const given = transport?.requestHeader.get(header);
    return given && accept(given) ? given : generate();
  };
  return onSide("server", (next) => async (req, ctx) => {
    const id = idOf(ctx.transport);
    if (reply) ctx.transport?.replyHeader.set(header, id);
    return next(req, ctx.with(requestIdKey, id));
  });
}

/**
 * Sends an id with each call: the one under `requestIdKey`, which is that of the request being served, or a new one. A
 * header that the call has already stays.
 */
export function clientRequestId(options: RequestIdOptions = {}): Middleware {
  const { header = "x-request-id", generate = randomId } = options;
  return onSide("client", (next) => async (req, ctx: Context) => {
    const sent = ctx.transport?.requestHeader;
    if (sent === undefined || sent.has(header)) return next(req, ctx);
    const known = ctx.get(requestIdKey);
    const id = known ?? generate();
    sent.set(header, id);
    return next(req, known === undefined ? ctx.with(requestIdKey, id) : ctx);
  });
}
