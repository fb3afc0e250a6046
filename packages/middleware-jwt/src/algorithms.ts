const families: Readonly<Record<string, string>> = {
  HS: "secret",
  RS: "public",
  PS: "public",
  ES: "public",
  Ed: "public",
};

/**
 * Throws for a list that is empty, has `none` or something unknown, or has algorithms of a shared secret beside such of
 * a key pair: a public key, which everybody has, must never be taken for the secret (RFC 8725 §2.1, §3.1).
 */
export function checkAlgorithms(algorithms: readonly string[]): "secret" | "public" {
  const kinds = new Set(algorithms.map(kindOf));
  const [kind, other] = kinds;
  if (kind === undefined)
    throw new Error('algorithms is empty: name those that your tokens are signed with, as ["ES256"]');
  if (other !== undefined) throw new Error(`algorithms mix a shared secret and key pairs: ${algorithms.join(", ")}`);
  return kind;
}

function kindOf(algorithm: string): "secret" | "public" {
  const kind = /^(HS|RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/.test(algorithm) && families[algorithm.slice(0, 2)];
  if (!kind) throw new Error(`algorithm ${JSON.stringify(algorithm)} is not one that tokens may be signed with here`);
  return kind as "secret" | "public";
}
