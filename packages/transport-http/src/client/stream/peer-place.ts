import type { Peer } from "../peers.ts";

/** Where to connect to, as node:http and node:net take it. */
export interface PeerPlace {
  readonly secure: boolean;
  readonly host: string;
  readonly port?: number;
  readonly socketPath?: string;
}

export function placeOf({ name, address }: Peer, tls: object | undefined): PeerPlace {
  if (name.startsWith("unix:")) return { secure: tls !== undefined, host: "localhost", socketPath: address };
  const { protocol, hostname, port } = new URL(name);
  const secure = protocol === "https:";
  const host = hostname.replace(/^\[|\]$/g, "");
  return { secure, host, port: port === "" ? (secure ? 443 : 80) : Number(port) };
}

/** An error that tells of `connectTimeoutMs` when it is made a KratosError. */
export function connectTimeout(): Error {
  return Object.assign(new Error("no connection in time"), { code: "CONNECT_TIMEOUT" });
}
