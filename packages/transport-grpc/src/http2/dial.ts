import { connect as connectTcp, isIP, type NetConnectOpts, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { ClientTls, ListenAddress } from "./carrier.ts";

/** Begins to connect to a server, with TLS and the ALPN protocol `h2` where certificates are given. */
export function dial({ address, tls }: { address: ListenAddress; tls?: ClientTls | undefined }): Socket {
  const target: NetConnectOpts = "path" in address ? { path: address.path } : { ...address, noDelay: true };
  if (tls === undefined) return connectTcp(target);
  const host = "host" in address ? address.host : "localhost";
  const servername = tls.servername ?? (isIP(host) !== 0 ? undefined : host);
  // The types of node:tls ask for Buffer where any Uint8Array will do.
  const secure = { minVersion: "TLSv1.2", ...tls, servername, ALPNProtocols: ["h2"] } as ConnectionOptions;
  return connectTls({ ...target, ...secure });
}

/** The other side of a socket, `host:port`; undefined for a unix socket. */
export function addressOf({ remoteAddress, remotePort }: Socket): string | undefined {
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}
