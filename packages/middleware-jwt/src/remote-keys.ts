import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTVerifyGetKey,
  type RemoteJWKSet,
} from "jose";
import type { JwksOptions } from "./keys.ts";

const maxSetBytes = 1024 * 1024;

/** The keys could not be had: no token can be judged, and the caller is not to blame. */
export class KeysUnavailableError extends Error {
  override readonly name: string = "KeysUnavailableError";
}

/**
 * Keys of a set that is fetched when it is first needed, when it is old, and when a token names a key that is not in
 * it. While it can't be fetched, the last one goes on being used for `staleMs`.
 */
export function remoteKeys(options: JwksOptions): JWTVerifyGetKey {
  const { url, maxAgeMs = 600_000, cooldownMs = 30_000, timeoutMs = 5_000, staleMs = 3_600_000 } = options;
  let fetchedAt = 0;
  const remote: RemoteJWKSet = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: maxAgeMs,
    cooldownDuration: cooldownMs,
    timeoutDuration: timeoutMs,
    [customFetch]: async (where, init) => {
      const response = await limited(await fetch(where, init));
      fetchedAt = performance.now();
      return response;
    },
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      const last = remote.jwks();
      if (last !== undefined && performance.now() - fetchedAt <= maxAgeMs + staleMs)
        return createLocalJWKSet(last)(header, token);
      throw new KeysUnavailableError(`the keys can't be fetched from ${url}`, { cause: error });
    }
  };
}

function isAboutTheToken(error: unknown): boolean {
  const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported } = errors;
  return [JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported].some((kind) => error instanceof kind);
}

/** The same response, read to its end; throws for one that is no 200, or too large to be a key set. */
async function limited(response: Response): Promise<Response> {
  if (response.status !== 200) throw new Error(`the key set was answered with status ${response.status}`);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxSetBytes) throw new Error(`the key set has more than ${maxSetBytes} bytes`);
    chunks.push(chunk);
  }
  return new Response(new Blob(chunks), { status: 200 });
}
