import type { Attributes } from "@opentelemetry/api";

export interface Address {
  readonly host: string;
  /** Undefined where none is given. */
  readonly port: number | undefined;
}

// An IPv6 address in brackets or a name, and a port.
const hostAndPort = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/;

/** Of `host:port`; undefined for what is none. */
export function addressOf(text: string | undefined): Address | undefined {
  const [, ipv6, name, port] = hostAndPort.exec(text ?? "") ?? [];
  const host = ipv6 ?? name;
  return host === undefined ? undefined : { host, port: port === undefined ? undefined : Number(port) };
}

/** Of a URL's authority; of the name in `discovery:///name`. */
export function addressOfUrl(url: string): Address | undefined {
  const [, authority, path = ""] = /^\w[\w+.-]*:\/\/([^/?#]*)\/?([^/?#]*)/.exec(url) ?? [];
  return addressOf(authority === "" ? path : authority);
}

/** Adds `prefix.address` and `prefix.port`, where they are known. */
export function putAddress(attributes: Attributes, prefix: string, address: Address | undefined): void {
  if (address === undefined) return;
  attributes[`${prefix}.address`] = address.host;
  if (address.port !== undefined) attributes[`${prefix}.port`] = address.port;
}
