/** What goes wrong on the wire besides the errors of the sockets themselves. */
export type WireErrorCode =
  /** No connection within the limit. */
  | "CONNECT_TIMEOUT"
  /** The server closed the connection before its reply was complete. */
  | "CLOSED_BY_PEER"
  /** The pool was closed by its owner. */
  | "POOL_CLOSED"
  /** What came is no HTTP/1.1 reply, or has a head that is too large. */
  | "BAD_REPLY";

/** Becomes the cause of the KratosError that a call fails with. */
export class WireError extends Error {
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string) {
    super(message);
    this.name = "WireError";
    this.code = code;
  }
}

export function badReply(message: string): WireError {
  return new WireError("BAD_REPLY", message);
}
