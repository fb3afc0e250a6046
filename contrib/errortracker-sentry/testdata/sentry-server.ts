import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";

/** What a report says, as Sentry receives it (https://develop.sentry.dev/sdk/foundations/envelopes/). */
export interface SentryEvent {
  readonly exception: { readonly values: readonly { type: string; value: string; mechanism: object }[] };
  readonly tags: Readonly<Record<string, string>>;
  readonly contexts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface SentryServer extends AsyncDisposable {
  readonly dsn: string;
  /** The reports that have come. */
  readonly events: readonly SentryEvent[];
  /** All that has come, as it was. */
  readonly bodies: readonly string[];
}

/** Receives envelopes on 127.0.0.1, as Sentry does. */
export async function startSentryServer(): Promise<SentryServer> {
  const events: SentryEvent[] = [];
  const bodies: string[] = [];
  const server = createServer(async (req, res) => {
    const body = await text(req.headers["content-encoding"] === "gzip" ? req.pipe(createGunzip()) : req);
    bodies.push(body);
    if (req.method === "POST" && req.url?.startsWith("/api/1/envelope/")) events.push(...eventsOf(body));
    res.setHeader("content-type", "application/json").end("{}");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    dsn: `http://key@127.0.0.1:${(server.address() as AddressInfo).port}/1`,
    events,
    bodies,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** An envelope is a header, and then items of two lines: their header and their body. */
function eventsOf(envelope: string): SentryEvent[] {
  const [, ...lines] = envelope.split("\n");
  const events: SentryEvent[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const header = JSON.parse(lines[i] as string) as { type: string };
    if (header.type === "event") events.push(JSON.parse(lines[i + 1] as string) as SentryEvent);
  }
  return events;
}
