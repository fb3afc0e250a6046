import type { SecureContextOptions } from "node:tls";

/** Certificates, as Node's TLS takes them. */
export type ConsulTls = Pick<SecureContextOptions, "ca" | "cert" | "key" | "passphrase" | "pfx"> & {
  rejectUnauthorized?: boolean | undefined;
  servername?: string | undefined;
};

/** How to reach Consul. */
export interface ConsulOptions {
  /** The agent, `host:port` or a URL: the one of this machine. Default `127.0.0.1:8500`. */
  address?: string | undefined;
  /** Encrypts the connections. Default: only those to an `https` URL, with the system's certificates. */
  tls?: ConsulTls | undefined;
  /** The ACL token, or what gives it for each call: tokens that expire can be renewed. Default: none. */
  token?: string | (() => string | Promise<string>) | undefined;
  /** Where to read. Default: the agent's own. */
  datacenter?: string | undefined;
  /** How long the agent may take to answer, in ms; watches ask for a sign of life every other time. Default 5000. */
  timeoutMs?: number | undefined;
}

/** The options with their defaults; `address` as URL. Throws a TypeError for an address that is none, a RangeError for the time. */
export function consulSettings(options: ConsulOptions) {
  const { address = "127.0.0.1:8500", tls, token, datacenter, timeoutMs = 5000 } = options;
  if (!(timeoutMs > 0 && timeoutMs <= 0x7fff_ffff / 4))
    throw new RangeError(`timeoutMs must be a positive number of ms, got ${timeoutMs}`);
  return { url: urlOf(address, tls !== undefined), tls, token, datacenter, timeoutMs };
}

export type ConsulSettings = ReturnType<typeof consulSettings>;

function urlOf(address: string, secure: boolean): string {
  const text = address.includes("://") ? address : `${secure ? "https" : "http"}://${address}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !/^\/?$/.test(url.pathname))
    throw new TypeError(`address must be host:port, or an http or https URL, got ${JSON.stringify(address)}`);
  if (secure && url.protocol === "http:")
    throw new TypeError(`with tls, address must be host:port or an https URL, got ${JSON.stringify(address)}`);
  return url.origin;
}
