import { KratosError } from "@kratos-ts/core";

/** What an error says of the server: where it is, and how long was waited for it. */
export interface ErrorPlace {
  /** `http://host:port` or `unix:/path`. */
  readonly name: string;
  readonly connectTimeoutMs: number;
}

/** The KratosError of whatever undici or a socket reports; that becomes its cause. */
export function connectionError(error: Error, place: ErrorPlace): KratosError {
  const { code = "" } = error as { code?: string };
  const init = { cause: error };
  const text = textOf(error);
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED")
    return new KratosError({ code: 400, message: `the request can't be sent: ${text}`, ...init });
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED") return closedError(error);
  const kind = error.name === "HTTPParserError" ? "HPE_" : code;
  return new KratosError({ code: 503, message: describe(kind, text, place), ...init });
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
  if (code === "UND_ERR_CONNECT_TIMEOUT")
    return `no connection to ${name} within connectTimeoutMs (${connectTimeoutMs} ms); is the server running there?`;
  if (/^ERR_(TLS|SSL)|CERT|SIGNATURE|^EPROTO$/.test(code))
    return `TLS with ${name} failed: ${text}; check the scheme of the endpoint and the tls option (ca, cert, key, servername)`;
  if (code === "UND_ERR_MAX_ORIGINS_REACHED") return `${name} is one address more than a transport connects to`;
  if (/^HPE_|^UND_ERR_HEADERS_OVERFLOW$/.test(code)) return `${name} sent a reply that can't be read: ${text}`;
  return `the connection to ${name} broke before the reply was complete: ${text}`;
}

// An attempt on several addresses fails with an AggregateError that has no text of its own.
function textOf(error: Error): string {
  const { errors } = error as AggregateError;
  return error.message === "" && Array.isArray(errors) ? errors.map(textOf).join(", ") : error.message;
}

// RFC 9110 §9.2.2.
const idempotent = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]);
const closedByPeer = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/**
 * Whether a server closed an idle connection just as a request was being sent on it, so that the request may be sent
 * again (RFC 9112 §9.3.1): an idempotent one, on a connection that had carried replies before, with no byte of its own reply.
 */
export function isIdleRace(
  error: Error,
  request: { method: string; status: number; peerHasReplied: boolean },
): boolean {
  if (request.status !== 0 || !idempotent.has(request.method)) return false;
  const { code = "", socket } = error as { code?: string; socket?: { bytesRead?: number } };
  if (!closedByPeer.has(code)) return false;
  return socket === undefined ? request.peerHasReplied : (socket.bytesRead ?? 0) > 0;
}
