import { type CryptoKey, importJWK, importSPKI, type JWK, type JWSHeaderParameters, type JWTVerifyGetKey } from "jose";
import { remoteKeys } from "./remote-keys.ts";

/** A secret (HS), or a public key: PEM (SPKI, `-----BEGIN PUBLIC KEY-----`), a JWK, or one that was imported. */
export type VerificationKey = Uint8Array | string | JWK | CryptoKey;

/** A key set that is fetched (RFC 7517 §5). */
export interface JwksOptions {
  /** Where, such as `https://issuer/.well-known/jwks.json`. */
  url: string | URL;
  /** How long it is used before it is fetched again, in ms. Default 600 000 (10 minutes). */
  maxAgeMs?: number | undefined;
  /** A key id that is not in it has it fetched again, but not more often than this, in ms. Default 30 000. */
  cooldownMs?: number | undefined;
  /** How long a fetch may take, in ms. Default 5000. */
  timeoutMs?: number | undefined;
  /** How long the last set that came is used while it can't be fetched, in ms. Default 3 600 000 (1 hour). */
  staleMs?: number | undefined;
}

/** What tokens are verified with: one key, keys by the token's header (`kid`), or a key set to fetch. */
export type JwtKeys =
  | { readonly key: VerificationKey }
  | { readonly keyFor: (header: JWSHeaderParameters) => VerificationKey | Promise<VerificationKey> }
  | { readonly jwks: JwksOptions };

type Kind = "secret" | "public";

/** The keys as jose asks for them. Throws for a secret that is too short, as far as it is known by now. */
export function keySource(keys: JwtKeys, kind: Kind): JWTVerifyGetKey {
  if ("jwks" in keys) {
    if (kind === "secret")
      throw new Error("a key set that everybody can fetch has no secrets: use a key pair (RS, PS, ES, EdDSA)");
    return remoteKeys(keys.jwks);
  }
  if ("keyFor" in keys) return async (header) => imported(await keys.keyFor(header), { kind, algorithm: header.alg });
  if (kind === "secret") secretOf(keys.key);
  const byAlgorithm = new Map<string, Promise<CryptoKey | Uint8Array>>();
  return ({ alg }) => {
    const known = byAlgorithm.get(alg) ?? imported(keys.key, { kind, algorithm: alg });
    byAlgorithm.set(alg, known);
    return known;
  };
}

async function imported(key: VerificationKey, as: { kind: Kind; algorithm: string }): Promise<CryptoKey | Uint8Array> {
  if (as.kind === "secret") return secretOf(key);
  if (key instanceof Uint8Array) throw new Error("a public key can't be given as bytes: give its PEM, or a JWK");
  if (typeof key === "string") return importSPKI(key, as.algorithm);
  return "kty" in key ? importJWK(key, as.algorithm) : (key as CryptoKey);
}

/** RFC 7518 §3.2: as long as the hash at least; 256 bits for the shortest. */
function secretOf(key: VerificationKey): Uint8Array {
  const bytes = typeof key === "string" ? new TextEncoder().encode(key) : key;
  if (!(bytes instanceof Uint8Array)) throw new Error("a secret is given as bytes, or as text");
  if (bytes.length < 32) throw new Error(`the secret has ${bytes.length} bytes, and must have 32 at least`);
  if (typeof key === "string" && key.startsWith("-----BEGIN"))
    throw new Error("a PEM key is no secret: name algorithms of key pairs");
  return bytes;
}
