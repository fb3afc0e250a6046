import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

// How long the headers of a request may take, and how long a connection may be idle, in ms.
const headersTimeoutMs = 10_000;
const keepAliveTimeoutMs = 75_000;

/** An HTTP/1.1 server that never listens: it is given its connections, as `connection` events. */
export function createHttp1Server(
  maxHeaderBytes: number,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const options = {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    // Streams take as long as they do; calls that don't have a limit of their own.
    requestTimeout: 0,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 1_000,
  };
  const server = createServer(options, onRequest);
  server.maxHeadersCount = 0;
  // Without it node:http looks after no connection, and its timeouts would mean nothing.
  server.emit("listening");
  return server;
}
