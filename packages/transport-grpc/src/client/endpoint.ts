import type { Node } from "@kratos-ts/core";
import type { ListenAddress } from "../http2/carrier.ts";

/** Where calls go, and what they say about it. */
export interface Address {
  /** How errors and the call's transport name it: `grpc://host:port`, `grpcs://host:port`, `unix:/path`. */
  readonly name: string;
  readonly secure: boolean;
  /** The default `:authority`. */
  readonly authority: string;
  readonly connect: ListenAddress;
}

/** The `endpoint` option: one address, or a name for a resolver. */
export type Endpoint = { readonly address: Address } | { readonly discover: string };

const forms = 'use "grpc://host:port", "grpcs://host:port", "host:port", "unix:/path" or "discovery:///name"';
const schemes: Readonly<Record<string, { readonly secure: boolean; readonly port?: number }>> = {
  grpc: { secure: false },
  grpcs: { secure: true },
  http: { secure: false, port: 80 },
  https: { secure: true, port: 443 },
};

/** Reads the `endpoint` option; `tls` decides where the text does not. Throws an Error that says what is wrong. */
export function parseEndpoint(text: string, options: { tls: boolean }): Endpoint {
  if (typeof text !== "string") throw new TypeError(`endpoint is ${String(text)}; ${forms}`);
  if (text.startsWith("discovery:")) return { discover: discoveryTarget(text) };
  if (text.startsWith("unix:")) return { address: unixAddress(text, options.tls) };
  const [, scheme, rest = text] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text) ?? [];
  if (scheme === undefined) return { address: tcpAddress(text, rest, { secure: options.tls }) };
  const known = schemes[scheme.toLowerCase()];
  if (known === undefined) throw invalid(text, `has an unknown scheme; ${forms}`);
  if (options.tls && !known.secure)
    throw invalid(text, "has no TLS, but the tls option is given; use grpcs:// or leave tls out");
  return { address: tcpAddress(text, rest, known) };
}

/** The address of a node that a resolver found. Throws an Error when the registry holds something else. */
export function nodeAddress(node: Node): Address {
  const known = schemes[node.scheme];
  if (known === undefined)
    throw invalid(`${node.scheme}://${node.address}`, "was discovered and is not a gRPC endpoint");
  return tcpAddress(`${node.scheme}://${node.address}`, node.address, known);
}

function tcpAddress(text: string, rest: string, scheme: { secure: boolean; port?: number }): Address {
  const match = /^(\[[0-9a-f:.%]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?\/?$/i.exec(rest);
  if (match === null) throw invalid(text, `is not a host and a port; ${forms}`);
  const [, host = "", digits] = match;
  const port = digits === undefined ? scheme.port : Number(digits);
  if (port === undefined) throw invalid(text, `has no port; ${forms}`);
  if (port < 1 || port > 65_535) throw invalid(text, "has a port outside of 1 to 65535");
  const authority = `${host}:${port}`;
  const connect = { host: host.startsWith("[") ? host.slice(1, -1) : host, port };
  return { name: `${scheme.secure ? "grpcs" : "grpc"}://${authority}`, secure: scheme.secure, authority, connect };
}

function unixAddress(text: string, secure: boolean): Address {
  const path = text.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "") throw invalid(text, 'has no path; write "unix:/path"');
  return { name: `unix:${path}`, secure, authority: "localhost", connect: { path } };
}

function discoveryTarget(text: string): string {
  if (!/^discovery:\/\/[^/]*\/.+$/.test(text)) throw invalid(text, 'names no service; write "discovery:///name"');
  return text;
}

function invalid(text: string, what: string): Error {
  return new Error(`endpoint ${JSON.stringify(text)} ${what}`);
}
