import type { Server, ServerOptions } from "node:http";
import type { Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { nodeHttp } from "../node-http.ts";
import { endWith, refuseConnection } from "./client-error.ts";
import { failOutside } from "./dispatcher.ts";
import { composeFilters, type Listener } from "./filter.ts";
import type { ResolvedOptions } from "./options.ts";
import { awaitContinue } from "./request-body.ts";
import type { ServerCore } from "./server-core.ts";

export type NodeServer = Server;

/** A node:http or node:https server with the limits of the options, whose requests go through the filters to `dispatch`. */
export function createNodeServer(core: ServerCore, dispatch: Listener, tls: TlsOptions | undefined): NodeServer {
  const { options, connections } = core;
  const listener = composeFilters(core.filters, {
    last: dispatch,
    failed: (request, response, error) => failOutside({ core, request, response, error }),
  });
  const nodeOptions = serverOptions(options);
  const server =
    tls === undefined
      ? nodeHttp.createServer(nodeOptions, listener)
      : process.getBuiltinModule("node:https").createServer({ ...tlsDefaults(core), ...tls, ...nodeOptions }, listener);
  // Callers that close their half of a connection still get their answer.
  (server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true;
  // Their bytes are limited, so their number is; node would drop those above it without a word.
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = options.maxRequestsPerSocket;
  if (tls === undefined) server.on("connection", (socket: Socket) => connections.add(socket));
  else {
    server.on("connection", (socket: Socket) => connections.addRaw(socket));
    server.on("secureConnection", (socket: Socket) => connections.add(socket));
  }
  server.on("clientError", (error, socket) => refuseConnection(error, socket as Socket, connections));
  server.on("checkContinue", (request, response) => {
    awaitContinue(request, response);
    listener(request, response);
  });
  server.on("connect", (_request, socket) => {
    endWith(socket as Socket, {
      code: 405,
      reason: "METHOD_NOT_ALLOWED",
      message: "this server is no proxy: no CONNECT",
    });
  });
  return server;
}

function tlsDefaults({ options, guest }: ServerCore): TlsOptions {
  const handshakeTimeout = options.headersTimeoutMs || 120_000;
  return guest === undefined ? { handshakeTimeout } : { handshakeTimeout, ALPNProtocols: ["h2", "http/1.1"] };
}

// `optimizeEmptyRequests` (Node 24.12; others ignore it) spares requests without a body the work of having one.
function serverOptions(options: ResolvedOptions): ServerOptions & { optimizeEmptyRequests: boolean } {
  const { headersTimeoutMs, requestTimeoutMs } = options;
  const limits = [headersTimeoutMs, requestTimeoutMs].filter((limit) => limit > 0);
  return {
    optimizeEmptyRequests: true,
    maxHeaderSize: options.maxHeaderBytes,
    // Node wants the one within the other.
    headersTimeout: requestTimeoutMs > 0 ? Math.min(headersTimeoutMs, requestTimeoutMs) : headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    // Limits are checked in passes: often enough to be held, and rarely enough to cost nothing.
    connectionsCheckingInterval: Math.min(Math.max(Math.min(...limits, 4000) / 4, 20), 1000),
  };
}
