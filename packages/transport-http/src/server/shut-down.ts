import { once } from "node:events";
import type { Server } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { errorServiceUnavailable } from "@kratos-ts/core";
import type { ServerCore } from "./server-core.ts";

// How often connections are looked at that went idle after the server was closed.
const sweepMs = 50;

// How long what was cut gets to leave its connection.
const lastWordsMs = 100;

/** Takes no more work, and resolves when what is in flight has ended and every connection is closed. */
export async function shutDown(server: Server, core: ServerCore): Promise<void> {
  const { connections, options } = core;
  core.draining = true;
  core.stopping = true;
  for (const call of connections.calls()) call.response.shouldKeepAlive = false;
  // Requests that have reached this machine are read before their connections look idle.
  await nextTurn();
  await nextTurn();
  const closed = once(server, "close");
  server.close();
  connections.destroyUnused();
  const began = performance.now();
  const sweep = setInterval(() => {
    server.closeIdleConnections();
    // Node looks after slow senders no more once it is closed.
    if (performance.now() - began > options.headersTimeoutMs) connections.destroyReceiving();
  }, sweepMs);
  await closed;
  clearInterval(sweep);
}

/** Ends what is in flight: callers that wait are answered with 503. */
export function cut(core: ServerCore): void {
  const { connections } = core;
  for (const call of connections.calls()) call.cut(errorServiceUnavailable("", "the server is shutting down"));
  connections.close();
  setTimeout(() => connections.destroy(), lastWordsMs);
}
