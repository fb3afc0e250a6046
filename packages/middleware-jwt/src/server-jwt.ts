import { type Context, type ContextKey, KratosError, type Logger, type Middleware, noopLogger } from "@kratos-ts/core";
import { type JWTVerifyOptions, jwtVerify } from "jose";
import { checkAlgorithms } from "./algorithms.ts";
import { type ClaimsSchema, type JwtClaims, jwtClaimsKey, parseClaims } from "./claims.ts";
import { type JwtKeys, keySource } from "./keys.ts";
import { KeysUnavailableError } from "./remote-keys.ts";

export interface ServerJwtOptions<T = JwtClaims> {
  /** What tokens are verified with. */
  keys: JwtKeys;
  /** How tokens may be signed, as `["ES256"]`; there is no default, and never `none`. */
  algorithms: readonly string[];
  /** Who must have issued the token (`iss`). Default: anybody. */
  issuer?: string | string[] | undefined;
  /** Whom the token must be for (`aud`). Default: anybody. */
  audience?: string | string[] | undefined;
  /** By how many seconds clocks may differ. Default 0. */
  clockToleranceSeconds?: number | undefined;
  /** Claims that must be there. Default `["exp"]`: a token that never ends is refused. */
  requiredClaims?: readonly string[] | undefined;
  /** What the claims must look like; what it gives back is what handlers read. Default: as they are. */
  claims?: ClaimsSchema<T> | undefined;
  /** Under which key of the context handlers read the claims. Default `jwtClaimsKey`. */
  contextKey?: ContextKey<T | undefined> | undefined;
  /** The header with the token, after `Bearer `. Default `authorization`. */
  header?: string | undefined;
  /** The longest token that is looked at, in bytes. Default 8192. */
  maxTokenBytes?: number | undefined;
  /** Hears why a caller was refused, as a warning; the caller does not. Default: nobody hears. */
  logger?: Logger | undefined;
  /** The time in ms since the Unix epoch. Default `Date.now`. */
  now?: (() => number) | undefined;
}

/**
 * Refuses calls without a good token (RFC 7519, RFC 8725): 401 `UNAUTHORIZED`, always with the same message; why is told to the
 * logger. Handlers read the claims under `jwtClaimsKey`. While keys can't be fetched, calls fail with 503.
 *
 * @throws Error for options that could not keep anybody out: no or mixed algorithms, `none`, a secret that is too short.
 */
export function serverJwt<T = JwtClaims>(options: ServerJwtOptions<T>): Middleware {
  const { logger = noopLogger, contextKey = jwtClaimsKey as ContextKey<T | undefined> } = options;
  const judge = tokenJudge(options);
  return (next, { side, operation }) => {
    if (side !== "server") return next;
    return async (req, ctx) => next(req, ctx.with(contextKey, await claimsOf(ctx)));

    async function claimsOf(ctx: Context): Promise<T> {
      try {
        return await judge(ctx);
      } catch (error) {
        logger.warn("a caller was refused", { operation, peer: ctx.transport?.peer, error });
        throw refusal(error);
      }
    }
  };
}

function refusal(cause: unknown): KratosError {
  if (cause instanceof KeysUnavailableError)
    return new KratosError({ code: 503, reason: "KEYS_UNAVAILABLE", message: "tokens can't be verified now", cause });
  return new KratosError({ code: 401, reason: "UNAUTHORIZED", message: "a valid token is required", cause });
}

/** Gives the claims of the call's token, or throws what is wrong with it. */
function tokenJudge<T>(options: ServerJwtOptions<T>): (ctx: Context) => Promise<T> {
  const { header = "authorization", maxTokenBytes = 8192, claims: schema, now = Date.now } = options;
  const keys = keySource(options.keys, checkAlgorithms(options.algorithms));
  const rules = verifyOptions(options);
  return async (ctx) => {
    const token = bearerToken(ctx.transport?.requestHeader.getAll(header) ?? []);
    if (token.length > maxTokenBytes)
      throw new Error(`the token has ${token.length} bytes, ${maxTokenBytes} are allowed`);
    const { payload } = await jwtVerify(token, keys, { ...rules, currentDate: new Date(now()) });
    return schema === undefined ? (payload as T) : parseClaims(payload, schema);
  };
}

function verifyOptions<T>(options: ServerJwtOptions<T>): JWTVerifyOptions {
  const { algorithms, issuer, audience, clockToleranceSeconds = 0, requiredClaims = ["exp"] } = options;
  return {
    algorithms: [...algorithms],
    clockTolerance: clockToleranceSeconds,
    requiredClaims: [...requiredClaims],
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
}

function bearerToken(values: readonly string[]): string {
  const [value, another] = values;
  if (value === undefined) throw new Error("no token");
  if (another !== undefined) throw new Error("more than one token");
  // RFC 6750 §2.1; the scheme's case does not count (RFC 9110 §11.1).
  const token = /^bearer +([\w.~+/=-]+)$/i.exec(value)?.[1];
  if (token === undefined) throw new Error("no Bearer token");
  return token;
}
