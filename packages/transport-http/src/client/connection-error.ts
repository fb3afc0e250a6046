import { KratosError } from "@kratos-ts/core";

/** What an error says of the server: where it is, and how long was waited for it. */
export interface ErrorPlace {
  /** `http://host:port` or `unix:/path`. */
  readonly name: string;
  readonly connectTimeoutMs: number;
}

/** The KratosError of whatever the wire or a socket reports; that becomes its cause. */
export function connectionError(error: Error, place: ErrorPlace): KratosError {
  const { code = "" } = error as { code?: string };
  if (code === "POOL_CLOSED") return closedError(error);
  return new KratosError({ code: 503, message: describe(code, textOf(error), place), cause: error });
}

/** For calls that were running, or are made, when their transport is disposed of. */
export function closedError(cause?: unknown): KratosError {
  return new KratosError({ code: 499, message: "the transport was closed", cause });
}

/** For a call that its context cancelled; `reason` becomes the cause unless it is such an error already. */
export function cancellationError(reason: unknown): KratosError {
  const found = KratosError.find(reason);
  if (found !== undefined) return found;
  if ((reason as Error | undefined)?.name === "TimeoutError")
    return new KratosError({ code: 504, message: "context deadline exceeded", cause: reason });
  return new KratosError({ code: 499, message: "context canceled", cause: reason });
}

const unreachable = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "EACCES",
]);

function describe(code: string, text: string, { name, connectTimeoutMs }: ErrorPlace): string {
  if (unreachable.has(code)) return `can't connect to ${name}: ${text}; is the server running there?`;
  if (code === "CONNECT_TIMEOUT")
    return `no connection to ${name} within connectTimeoutMs (${connectTimeoutMs} ms); is the server running there?`;
  if (/^ERR_(TLS|SSL)|CERT|SIGNATURE|^EPROTO$/.test(code))
    return `TLS with ${name} failed: ${text}; check the scheme of the endpoint and the tls option (ca, cert, key, servername)`;
  if (code === "BAD_REPLY") return `${name} sent a reply that can't be read: ${text}`;
  return `the connection to ${name} broke before the reply was complete: ${text}`;
}

// An attempt on several addresses fails with an AggregateError that has no text of its own.
function textOf(error: Error): string {
  const { errors } = error as AggregateError;
  return error.message === "" && Array.isArray(errors) ? errors.map(textOf).join(", ") : error.message;
}
