import type { Middleware } from "@kratos-ts/core";
import { type CryptoKey, importJWK, importPKCS8, type JWK, type JWTPayload, SignJWT } from "jose";
import { checkAlgorithms } from "./algorithms.ts";

/** A secret (HS), or a private key: PEM (PKCS #8, `-----BEGIN PRIVATE KEY-----`), a JWK, or one that was imported. */
export type SigningKey = Uint8Array | string | JWK | CryptoKey;

/** A token from elsewhere. */
export interface IssuedToken {
  readonly token: string;
  /** When it ends, in ms since the Unix epoch. */
  readonly expiresAtMs: number;
}

interface CommonOptions {
  /** The header that carries the token, after `Bearer `. Default `authorization`. */
  header?: string | undefined;
  /** How long before its end a token is replaced, in seconds. Default 30. */
  renewBeforeSeconds?: number | undefined;
  /** The time in ms since the Unix epoch. Default `Date.now`. */
  now?: (() => number) | undefined;
}

interface OwnTokens extends CommonOptions {
  /** What tokens are signed with. */
  key: SigningKey;
  /** How they are signed, such as `ES256`. */
  algorithm: string;
  /** `kid` of the header, by which servers find the key. Default none. */
  keyId?: string | undefined;
  /** What they say beside `iat` and `exp`; asked for each new token. */
  claims: JWTPayload | (() => JWTPayload);
  /** How long each is good, in seconds. Default 300. */
  lifetimeSeconds?: number | undefined;
}

interface IssuedTokens extends CommonOptions {
  /** Fetches a token, from an OAuth server for one. Calls wait for it; one fetch serves all that wait. */
  fetchToken: () => Promise<IssuedToken>;
}

/** Tokens of its own, or such as somebody else issues. */
export type ClientJwtOptions = OwnTokens | IssuedTokens;

/**
 * Sends a token with every call. It is signed (or fetched) at the first call and again shortly before it ends.
 *
 * @throws Error for an algorithm that is none.
 */
export function clientJwt(options: ClientJwtOptions): Middleware {
  const { header = "authorization", renewBeforeSeconds = 30, now = Date.now } = options;
  const renewed = renewing("fetchToken" in options ? options.fetchToken : signer(options, now), {
    renewBeforeMs: renewBeforeSeconds * 1000,
    now,
  });
  return (next, { side }) => {
    if (side !== "client") return next;
    return async (req, ctx) => {
      ctx.transport?.requestHeader.set(header, `Bearer ${await renewed()}`);
      return next(req, ctx);
    };
  };
}

function renewing(fetchToken: () => Promise<IssuedToken>, options: { renewBeforeMs: number; now: () => number }) {
  const { renewBeforeMs, now } = options;
  let current: IssuedToken | undefined;
  let coming: Promise<IssuedToken> | undefined;
  return async (): Promise<string> => {
    if (current !== undefined && now() < current.expiresAtMs - renewBeforeMs) return current.token;
    coming ??= fetchToken().finally(() => {
      coming = undefined;
    });
    try {
      current = await coming;
    } catch (error) {
      // One that is still good will do while there is no newer one.
      if (current === undefined || now() >= current.expiresAtMs) throw error;
    }
    return current.token;
  };
}

function signer(options: OwnTokens, now: () => number): () => Promise<IssuedToken> {
  const { key, algorithm, keyId, claims, lifetimeSeconds = 300 } = options;
  const kind = checkAlgorithms([algorithm]);
  const header = { alg: algorithm, typ: "JWT", ...(keyId !== undefined && { kid: keyId }) };
  let imported: Promise<CryptoKey | Uint8Array> | undefined;
  return async () => {
    imported ??= signingKey(key, { kind, algorithm });
    const issuedAt = Math.floor(now() / 1000);
    const payload = typeof claims === "function" ? claims() : claims;
    const jwt = new SignJWT({ ...payload, iat: issuedAt, exp: issuedAt + lifetimeSeconds }).setProtectedHeader(header);
    return { token: await jwt.sign(await imported), expiresAtMs: (issuedAt + lifetimeSeconds) * 1000 };
  };
}

async function signingKey(key: SigningKey, as: { kind: "secret" | "public"; algorithm: string }) {
  if (typeof key === "string")
    return as.kind === "secret" ? new TextEncoder().encode(key) : importPKCS8(key, as.algorithm);
  if (key instanceof Uint8Array) return key;
  return "kty" in key ? importJWK(key, as.algorithm) : (key as CryptoKey);
}
