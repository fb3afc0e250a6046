import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

/** Opens a socket; it is not connected yet. */
export type Dial = () => Socket;

/** Reads `tcp://host:24224`, `tls://host:24224` or `unix:///path`. Throws a TypeError for anything else. */
export function dialerOf(endpoint: string, tls: ConnectionOptions | undefined): Dial {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol === "unix:" && url.pathname !== "") return () => connectTcp(decodeURIComponent(url.pathname));
  const host = url?.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(url?.port || 24224);
  if (host && url?.protocol === "tcp:") return () => connectTcp(port, host);
  if (host && url?.protocol === "tls:") return () => connectTls({ ...tls, host, port });
  throw new TypeError(
    `createFluentdLogger: endpoint must be tcp://host:port, tls://host:port or unix:///path, got ${JSON.stringify(endpoint)}`,
  );
}
