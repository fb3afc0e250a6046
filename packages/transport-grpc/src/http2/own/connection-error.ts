import { ErrorCode, type ErrorName } from "./protocol.ts";

/** The other side broke a rule that ends the connection (RFC 9113 §5.4.1); thrown while a frame is read. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** Goes out in our GOAWAY. */
  readonly code: number;

  constructor(name: ErrorName, what: string, options?: ErrorOptions) {
    super(`broken HTTP/2 (${name}): ${what}`, options);
    this.code = ErrorCode[name];
  }
}

/** A frame came on a stream that can't have it. */
export function wrongStream(what: string, id: number): ConnectionError {
  return new ConnectionError("PROTOCOL_ERROR", `${what} may not come on stream ${id}`);
}

/** A frame's payload is longer or shorter than frames of its type are. */
export function wrongSize(what: string): ConnectionError {
  return new ConnectionError("FRAME_SIZE_ERROR", `${what} has a wrong size`);
}

/** The very first bytes were wrong already. */
export function notHttp2(chunk: Buffer, cause?: ConnectionError): ConnectionError {
  const text = JSON.stringify(chunk.toString("latin1", 0, 32));
  return new ConnectionError("PROTOCOL_ERROR", `the other side does not speak HTTP/2: it began with ${text}`, {
    cause,
  });
}
