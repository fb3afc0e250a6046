import type { SecureClientSessionOptions } from "node:http2";

/** Certificates, as Node's TLS takes them. */
export type EtcdTls = Pick<
  SecureClientSessionOptions,
  "ca" | "cert" | "key" | "passphrase" | "pfx" | "rejectUnauthorized" | "servername"
>;

export interface EtcdAuth {
  username: string;
  password: string;
}

/** How to reach etcd. */
export interface EtcdOptions {
  /** Members of the cluster, `host:port` or URLs; when one fails the next is used. Default `["127.0.0.1:2379"]`. */
  hosts?: readonly string[] | undefined;
  /** Encrypts the connections. Default: only those to `https` URLs, with the system's certificates. */
  tls?: EtcdTls | undefined;
  /** Logs in, and again whenever the token has expired. Default: no login. */
  auth?: EtcdAuth | undefined;
  /** How long one member may take to answer, in ms; watches ask for a sign of life as often. Default 5000. */
  timeoutMs?: number | undefined;
}

/** The options with their defaults; `hosts` as URLs. Throws a TypeError for a host that is none, a RangeError for the time. */
export function etcdSettings({ hosts = ["127.0.0.1:2379"], tls, auth, timeoutMs = 5000 }: EtcdOptions) {
  if (hosts.length === 0) throw new TypeError("hosts must name at least one member of the etcd cluster");
  if (!(timeoutMs > 0 && timeoutMs <= 0x7fff_ffff))
    throw new RangeError(`timeoutMs must be a positive number of ms, got ${timeoutMs}`);
  return { hosts: hosts.map((host) => urlOf(host, tls !== undefined)), tls, auth, timeoutMs };
}

export type EtcdSettings = ReturnType<typeof etcdSettings>;

function urlOf(host: string, secure: boolean): string {
  const text = host.includes("://") ? host : `${secure ? "https" : "http"}://${host}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !/^\/?$/.test(url.pathname))
    throw new TypeError(`hosts must be host:port, or http or https URLs, got ${JSON.stringify(host)}`);
  if (secure && url.protocol === "http:")
    throw new TypeError(`with tls, hosts must be host:port or https URLs, got ${JSON.stringify(host)}`);
  return url.origin;
}
