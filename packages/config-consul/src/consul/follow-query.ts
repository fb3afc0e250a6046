import type { ConsulClient } from "./consul-client.ts";

export interface ConsulQuery {
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Yields what a blocking query answers, now and after each change, and at times when nothing changed; undefined where
 * there is nothing. Throws when the agent fails or is silent: following anew begins with what is there at that moment.
 * https://developer.hashicorp.com/consul/api-docs/features/blocking
 */
export async function* followQuery(
  client: ConsulClient,
  { path, query }: ConsulQuery,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  let index = 0;
  const wait = { ms: 2 * client.timeoutMs };
  for (;;) {
    // Consul adds up to a sixteenth, so that not all who wait come back at once.
    const waitMs = index === 0 ? undefined : Math.ceil((wait.ms * 17) / 16);
    const blocking: Record<string, string> = index === 0 ? {} : { index: String(index), wait: `${wait.ms}ms` };
    const reply = await client.call({ method: "GET", path, query: { ...query, ...blocking }, signal, waitMs });
    yield reply.json;
    if (reply.index === undefined) throw new Error("consul gave no index: is something else at its address?");
    // One that went back is of data that was restored, or of another leader.
    index = reply.index < index ? 0 : Math.max(reply.index, 1);
  }
}
