import type { ErrorPlace } from "./connection-error.ts";

/** A way of writing requests that some servers refuse, and then get another. */
export type Dialect = "protojson" | "json" | "lenientGoJson" | "longQuery";

/** A server that is called, and what was learnt of it. */
export interface CalledServer extends ErrorPlace {
  /** `host:port`; the path of a Unix socket. */
  readonly address: string;
  /** Stands before every path, without a slash at its end; empty in most cases. */
  readonly basePath: string;
  readonly maxBodyBytes: number;
  /** Whether it reads a dialect; unknown until a call tells. */
  readonly reads: Partial<Record<Dialect, boolean>>;
}
