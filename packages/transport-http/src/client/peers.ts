import type { Node } from "@kratos-ts/core";
import { Agent, type Dispatcher, Pool } from "undici";
import type { ErrorPlace } from "./connection-error.ts";
import type { AddressEndpoint } from "./endpoint.ts";

/** How connections are made and bounded: the transport's options, with defaults. */
export interface ConnectionOptions {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly maxQueuedCalls: number;
  readonly tls: object | undefined;
}

/** A way of writing requests that some servers refuse, and then get another. */
export type Dialect = "protojson" | "json" | "lenientGoJson" | "longQuery";

/** A server at one address, and what was learnt of it. */
export interface Peer extends ErrorPlace {
  /** As URL: `http://host:port`. */
  readonly origin: string;
  /** `host:port`; the path of a Unix socket. */
  readonly address: string;
  readonly basePath: string;
  readonly dispatcher: Dispatcher;
  readonly maxBodyBytes: number;
  /** Above so many exchanges a call would be one too many in the queue. */
  readonly maxPending: number;
  readonly maxQueuedCalls: number;
  /** Exchanges that undici has not finished, those of cancelled calls included. */
  pending: number;
  /** Whether a reply has ever come from it. */
  replied: boolean;
  /** Whether it reads a dialect; unknown until a call tells. */
  readonly reads: Partial<Record<Dialect, boolean>>;
}

/** The one server of an address endpoint. */
export function createFixedPeer(endpoint: AddressEndpoint, options: ConnectionOptions): Peer {
  const { origin, socketPath, basePath } = endpoint;
  const dispatcher = new Pool(origin, poolOptions(options, socketPath));
  const name = socketPath === undefined ? origin : `unix:${socketPath}`;
  const address = socketPath ?? new URL(origin).host;
  return peerOf({ origin, name, address, basePath, dispatcher }, options);
}

/** The servers behind a name: one pool an address, in an agent that closes those without connections. */
export interface NodePeers {
  get(node: Node): Peer;
  destroy(): Promise<void>;
}

// More instances than any service has; those that went away are forgotten before.
const maxPeers = 1024;

export function createNodePeers(options: ConnectionOptions): NodePeers {
  const agent = new Agent({ ...poolOptions(options, undefined), maxOrigins: maxPeers });
  const peers = new Map<string, Peer>();
  return {
    get(node) {
      const { scheme, address } = node;
      const origin = `${scheme === "https" ? "https" : "http"}://${address}`;
      const known = peers.get(origin);
      if (known !== undefined) return known;
      const peer = peerOf({ origin, name: origin, address, basePath: "", dispatcher: agent }, options);
      if (peers.size >= maxPeers) forgetIdlePeer(peers);
      peers.set(origin, peer);
      return peer;
    },
    destroy: () => agent.destroy(),
  };
}

function forgetIdlePeer(peers: Map<string, Peer>): void {
  for (const [origin, { pending }] of peers) {
    if (pending === 0) {
      peers.delete(origin);
      return;
    }
  }
}

type PeerPlace = Pick<Peer, "origin" | "name" | "address" | "basePath" | "dispatcher">;

function peerOf(place: PeerPlace, options: ConnectionOptions): Peer {
  const { connectTimeoutMs, maxBodyBytes, maxQueuedCalls, connections } = options;
  const maxPending = connections + maxQueuedCalls;
  return {
    ...place,
    connectTimeoutMs,
    maxBodyBytes,
    maxQueuedCalls,
    maxPending,
    pending: 0,
    replied: false,
    reads: {},
  };
}

function poolOptions(options: ConnectionOptions, socketPath: string | undefined): Pool.Options {
  const { connections, connectTimeoutMs, tls } = options;
  return {
    connections,
    // Each call has a deadline of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { ...tls, timeout: connectTimeoutMs, ...(socketPath === undefined ? undefined : { socketPath }) },
  };
}
