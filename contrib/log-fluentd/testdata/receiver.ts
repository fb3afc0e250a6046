import { once } from "node:events";
import { FluentServer, type FluentServerOptions } from "@fluent-org/logger";
import type { LogLevel } from "@kratos-ts/core";

interface Entry {
  readonly tag: string;
  readonly time: unknown;
  readonly record: Record<string, unknown>;
}

/** A server of the forward protocol that keeps what it receives. */
export async function receiver(options: FluentServerOptions = {}) {
  const server = new FluentServer({ listenOptions: { host: "127.0.0.1", port: 0 }, ...options });
  const entries: Entry[] = [];
  server.on("entry", (tag, time, record) => entries.push({ tag, time, record }));
  await server.listen();
  return {
    server,
    entries,
    endpoint: `tcp://127.0.0.1:${server.port}`,
    /** Waits until there are that many. */
    async until(count: number) {
      while (entries.length < count) await once(server, "entry");
      return entries;
    },
    lines: () => entries.map(({ record }) => lineOf(record)),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function lineOf({ level, msg, ...fields }: Record<string, unknown>) {
  return { level: String(level).toLowerCase() as LogLevel, message: String(msg), fields };
}
