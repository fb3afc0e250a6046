import type { NodePicker } from "@kratos-ts/core";
import { parseEndpoint } from "./endpoint.ts";
import type { HttpTransportOptions } from "./http-transport.ts";
import { createFixedPeer, createNodePeers, type NodePeers, type Peer } from "./peers.ts";

/** Whom a transport calls. */
export type Servers = FixedServer | DiscoveredServers;

/** The one server of an address. */
export interface FixedServer {
  readonly kind: "fixed";
  readonly peer: Peer;
  close(): Promise<void>;
}

/** Whatever servers the resolver finds; one is picked for each call. */
export interface DiscoveredServers {
  readonly kind: "discovered";
  readonly picker: NodePicker;
  readonly peers: NodePeers;
  close(): Promise<void>;
}

/** Throws an Error when the endpoint is wrong or lacks its resolver. */
export function createServers(options: HttpTransportOptions): Servers {
  const { tls, resolver, connections = 100, connectTimeoutMs = 5000 } = options;
  const { maxHeaderBytes = 16 * 1024, maxBodyBytes = 4 * 1024 * 1024, maxQueuedCalls = 10_000 } = options;
  const { idleTimeoutMs = 30_000 } = options;
  const limits = { connections, connectTimeoutMs, idleTimeoutMs, maxHeaderBytes, maxBodyBytes, maxQueuedCalls };
  const connectionOptions = { ...limits, tls };
  const endpoint = parseEndpoint(options.endpoint, { secure: tls !== undefined });
  if (endpoint.kind === "address") {
    const peer = createFixedPeer(endpoint, connectionOptions);
    return { kind: "fixed", peer, close: async () => peer.pool.close() };
  }
  if (resolver === undefined)
    throw new Error(
      `endpoint ${JSON.stringify(options.endpoint)} needs the resolver option: createResolver of @kratos-ts/selector makes one`,
    );
  const picker = resolver.resolve(endpoint.target, { scheme: "http", secure: tls !== undefined });
  const peers = createNodePeers(connectionOptions);
  const close = async (): Promise<void> => {
    peers.close();
    await picker[Symbol.asyncDispose]();
  };
  return { kind: "discovered", picker, peers, close };
}
