import { networkInterfaces } from "node:os";
import type { ListenAddress } from "../http2/carrier.ts";

const form = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/;

/** Reads `host:port`, `:port`, `[v6]:port` and `unix:/path`; throws a `TypeError` for anything else. */
export function parseAddress(address: string): ListenAddress {
  if (address.startsWith("unix:")) return { path: address.slice("unix:".length).replace(/^\/\/(?=\/)/, "") };
  const match = form.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new TypeError(`address ${JSON.stringify(address)} is not host:port, :port or unix:/path`);
  return { host: match[1] ?? match[2] ?? "", port };
}

/**
 * The URL by which others reach a server that listens there. A host that stands for every address becomes the first
 * global unicast address of the first interface that is up, as Kratos registers it.
 */
export function endpointOf(address: ListenAddress, secure: boolean): string {
  if ("path" in address) return `unix:${address.path}`;
  const host = isEvery(address.host) ? (firstUnicast() ?? "127.0.0.1") : address.host;
  return `${secure ? "grpcs" : "grpc"}://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
}

function isEvery(host: string): boolean {
  return host === "" || host === "0.0.0.0" || host === "::";
}

function firstUnicast(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const global = all.filter(({ internal, address }) => !internal && !isLinkLocal(address));
  // IPv4 first on each interface is what callers of one network can be sure to reach.
  return (global.find(({ family }) => family === "IPv4") ?? global[0])?.address;
}

function isLinkLocal(address: string): boolean {
  return address.startsWith("169.254.") || /^fe[89ab]/i.test(address);
}
