import type { ConnectionOptions as TlsOptions } from "node:tls";

/** Where the connections of a pool go. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** The Unix socket to connect to instead. */
  readonly socketPath: string | undefined;
  /** Undefined: cleartext. */
  readonly tls: TlsOptions | undefined;
}

/** The place that an origin (`http://host:port`) names; `tls` counts for https alone. */
export function placeOf(origin: string, options: { tls: object | undefined; socketPath?: string | undefined }): Place {
  const { protocol, hostname, port } = new URL(origin);
  const isSecure = protocol === "https:";
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (isSecure ? 443 : 80) : Number(port),
    socketPath: options.socketPath,
    tls: isSecure ? (options.tls ?? {}) : undefined,
  };
}
