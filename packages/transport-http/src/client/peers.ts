import { KratosError, type Node } from "@kratos-ts/core";
import type { CalledServer } from "./called-server.ts";
import type { AddressEndpoint } from "./endpoint.ts";
import { placeOf } from "./wire/place.ts";
import { Pool } from "./wire/pool.ts";

/** How connections are made and bounded: the transport's options, with defaults. */
export interface ConnectionOptions {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxHeaderBytes: number;
  readonly maxBodyBytes: number;
  readonly maxQueuedCalls: number;
  readonly tls: object | undefined;
}

/** A server at one address, and the connections to it. */
export interface Peer extends CalledServer {
  /** The `host` header of its requests. */
  readonly host: string;
  readonly pool: Pool;
  /** Above so many requests a call would be one too many in the queue. */
  readonly maxPending: number;
  readonly maxQueuedCalls: number;
}

/** The one server of an address endpoint. */
export function createFixedPeer({ origin, socketPath, basePath }: AddressEndpoint, options: ConnectionOptions): Peer {
  const name = socketPath === undefined ? origin : `unix:${socketPath}`;
  return createPeer({ origin, name, basePath, socketPath }, options);
}

/** The servers behind a name. */
export interface NodePeers {
  get(node: Node): Peer;
  close(): void;
}

// More instances than any service has; those that went away are forgotten before.
const maxPeers = 1024;

export function createNodePeers(options: ConnectionOptions): NodePeers {
  const peers = new Map<string, Peer>();
  return {
    get({ scheme, address }) {
      const origin = `${scheme === "https" ? "https" : "http"}://${address}`;
      const known = peers.get(origin);
      if (known !== undefined) return known;
      if (peers.size >= maxPeers) forgetIdlePeer(peers, origin);
      const peer = createPeer({ origin, name: origin, basePath: "", socketPath: undefined }, options);
      peers.set(origin, peer);
      return peer;
    },
    close() {
      for (const { pool } of peers.values()) pool.close();
    },
  };
}

function forgetIdlePeer(peers: Map<string, Peer>, wanted: string): void {
  for (const [origin, { pool }] of peers) {
    if (pool.pending === 0) {
      peers.delete(origin);
      pool.close();
      return;
    }
  }
  throw new KratosError({ code: 503, message: `${wanted} is one address more than a transport connects to` });
}

interface PeerPlace {
  readonly origin: string;
  readonly name: string;
  readonly basePath: string;
  readonly socketPath: string | undefined;
}

function createPeer({ origin, name, basePath, socketPath }: PeerPlace, options: ConnectionOptions): Peer {
  const { connectTimeoutMs, maxBodyBytes, maxQueuedCalls, connections, tls } = options;
  const { host } = new URL(origin);
  const pool = new Pool({
    place: placeOf(origin, { tls, socketPath }),
    maxConnections: connections,
    connectTimeoutMs,
    idleTimeoutMs: options.idleTimeoutMs,
    maxHeadBytes: options.maxHeaderBytes,
  });
  const maxPending = connections + maxQueuedCalls;
  const address = socketPath ?? host;
  return { name, address, basePath, host, pool, connectTimeoutMs, maxBodyBytes, maxQueuedCalls, maxPending, reads: {} };
}
