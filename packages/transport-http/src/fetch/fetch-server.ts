import type { CalledServer } from "../client/called-server.ts";
import { parseEndpoint } from "../client/endpoint.ts";
import type { FetchTransportOptions } from "./fetch-transport.ts";

/** The server of a transport, and how it is reached. */
export interface FetchServer extends CalledServer {
  readonly fetch: typeof fetch;
  readonly credentials: RequestCredentials | undefined;
  readonly openWebSocket: ((url: string, headers: Headers) => WebSocket) | undefined;
}

/** Throws an Error when the endpoint is wrong. */
export function fetchServer(options: FetchTransportOptions): FetchServer {
  const { credentials, openWebSocket, maxBodyBytes = 4 * 1024 * 1024 } = options;
  const endpoint = parseEndpoint(absolute(options.endpoint), { secure: false });
  if (endpoint.kind !== "address" || endpoint.socketPath !== undefined)
    throw new Error(`endpoint ${JSON.stringify(options.endpoint)} is out of reach of fetch: use "https://host:port"`);
  const { origin, basePath } = endpoint;
  return {
    name: origin,
    address: new URL(origin).host,
    basePath,
    maxBodyBytes,
    reads: {},
    // The runtime's own must be called without a receiver.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    credentials,
    openWebSocket,
    connectTimeoutMs: 0,
  };
}

function absolute(endpoint: string): string {
  const { location } = globalThis as { location?: Location };
  return endpoint.startsWith("/") && location !== undefined ? location.origin + endpoint : endpoint;
}
