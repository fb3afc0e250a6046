/** A server at one address. */
export interface AddressEndpoint {
  readonly kind: "address";
  /** `http://host:port`, also the name by which the call's transport and errors call it. */
  readonly origin: string;
  /** Stands before every path, without a slash at its end; empty in most cases. */
  readonly basePath: string;
  /** The Unix socket to connect to instead of a host. */
  readonly socketPath: string | undefined;
}

/** Whatever servers the resolver knows under a name. */
export interface DiscoveryEndpoint {
  readonly kind: "discovery";
  /** `discovery:///name`, as the resolver takes it. */
  readonly target: string;
}

export type Endpoint = AddressEndpoint | DiscoveryEndpoint;

const forms = 'use "http://host:port", "https://host:port", "host:port", "unix:/path" or "discovery:///name"';

/** Reads the `endpoint` option. `secure` decides the scheme where the text has none. Throws an Error that says what is wrong. */
export function parseEndpoint(text: string, options: { secure: boolean }): Endpoint {
  if (text.startsWith("discovery:")) return parseDiscovery(text);
  const scheme = options.secure ? "https" : "http";
  if (text.startsWith("unix:")) return parseUnix(text, scheme);
  if (/^grpcs?:/.test(text)) throw invalid(text, "is for createGrpcTransport");
  const url = parseUrl(text.includes("://") ? text : `${scheme}://${text}`, text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw invalid(text, `has an unknown scheme; ${forms}`);
  if (options.secure && url.protocol === "http:")
    throw invalid(text, "has no TLS, but the tls option is given; use https:// or leave tls out");
  if (url.username !== "" || url.search !== "" || url.hash !== "")
    throw invalid(text, "may have a host, a port and a path, nothing else");
  return { kind: "address", origin: url.origin, basePath: url.pathname.replace(/\/+$/, ""), socketPath: undefined };
}

function parseDiscovery(text: string): DiscoveryEndpoint {
  if (!/^discovery:\/\/[^/]*\/.+$/.test(text)) throw invalid(text, 'names no service; write "discovery:///name"');
  return { kind: "discovery", target: text };
}

function parseUnix(text: string, scheme: string): AddressEndpoint {
  const path = text.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "") throw invalid(text, 'has no path; write "unix:/path"');
  return { kind: "address", origin: `${scheme}://localhost`, basePath: "", socketPath: path };
}

function parseUrl(url: string, text: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw invalid(text, `is no URL; ${forms}`, cause);
  }
}

function invalid(text: string, what: string, cause?: unknown): Error {
  return new Error(`endpoint ${JSON.stringify(text)} ${what}`, { cause });
}
