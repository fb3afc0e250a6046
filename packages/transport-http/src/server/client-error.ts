import type { Socket } from "node:net";
import { nodeHttp } from "../node-http.ts";
import type { Connections } from "./connections.ts";

// How long a caller gets to read why it was refused before its connection is destroyed.
const lingerMs = 2000;

const refusals: Record<string, { code: number; reason: string; message: string }> = {
  HPE_HEADER_OVERFLOW: { code: 431, reason: "HEADER_TOO_LARGE", message: "the request line and headers are too large" },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { code: 413, reason: "BODY_TOO_LARGE", message: "the chunk extensions are too large" },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 408, reason: "REQUEST_TIMEOUT", message: "the request did not arrive in time" },
};

const malformed = { code: 400, reason: "MALFORMED_REQUEST", message: "the request is no valid HTTP/1.1" };

/** Answers what node could not read as a request, and ends its connection. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket, connections: Connections): void {
  // It was refused before, and lingers.
  if (socket.writableEnded) return;
  const refusal = refusals[error.code ?? ""] ?? (error.code?.startsWith("HPE_") ? malformed : undefined);
  // A broken connection, or a failed TLS handshake.
  if (refusal === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  const calls = connections.callsOn(socket);
  // What came before on the same connection is still to be answered, and the newest of it ends the connection.
  const last = calls.find((call) => !call.receiving);
  if (last !== undefined) {
    if (!last.response.headersSent) last.response.shouldKeepAlive = false;
    return;
  }
  for (const call of calls) call.abandon();
  if (calls.some((call) => call.held)) socket.destroySoon();
  else if (calls.some((call) => call.response.headersSent)) socket.destroy();
  else endWith(socket, refusal);
}

/** Writes an error straight to a socket, then ends it. */
export function endWith(socket: Socket, status: { code: number; reason: string; message: string }): void {
  const body = JSON.stringify({ ...status, metadata: {} });
  socket.end(
    `HTTP/1.1 ${status.code} ${nodeHttp.STATUS_CODES[status.code]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once("close", () => clearTimeout(timer));
}
