import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { KratosError } from "@kratos-ts/core";
import type { WebSocket, WebSocketServer } from "ws";
import { nodeHttp } from "../../node-http.ts";
import type { HttpCall } from "../http-call.ts";
import { decodePath } from "../request-path.ts";
import type { Route } from "../route.ts";
import type { Router } from "../router.ts";
import type { ServerCore } from "../server-core.ts";

// How long the other side gets to answer a close frame.
const closeTimeoutMs = 5000;

interface Upgrade {
  readonly socket: Socket;
  /** What came after the request. */
  readonly head: Buffer;
  readonly server: WebSocketServer;
  refuse(error: Error): void;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

export interface UpgradeListenerInit {
  readonly core: ServerCore;
  readonly router: Router<Route>;
}

/**
 * Takes requests for a WebSocket on `server`. They go through filters and routing like any other, up to the route that
 * accepts them. Whatever else asks for an upgrade (h2c, a WebSocket elsewhere) is served as if it had not: no server
 * needs to grant one (RFC 9110 §7.8).
 */
export async function listenForUpgrades(server: Server, { core, router }: UpgradeListenerInit): Promise<void> {
  // Loaded for servers that need it alone.
  const { WebSocketServer } = await import("ws");
  const { maxBodyBytes, webSocketCompression } = core.options;
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: webSocketCompression,
    // 0 would be no limit.
    maxPayload: Math.max(maxBodyBytes, 1),
    closeTimeout: closeTimeoutMs,
    // Go writes text frames whatever the codec, and codecs check their own text.
    skipUTF8Validation: true,
    // Subprotocols are not refused, as in Go, and none is chosen.
    handleProtocols: () => false as const,
  };
  const webSockets = new WebSocketServer(options);
  webSockets.on("wsClientError", (error, _socket, request) => upgrades.get(request)?.refuse(error));
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // An earlier request of the connection waits for its reply: the two would be mixed up.
    if (core.connections.callsOn(socket).length > 0) socket.destroy();
    else if (!wantsWebSocket(request, router)) serveWithout(server, { request, socket, head });
    else {
      const response = new nodeHttp.ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.on("finish", () => socket.destroySoon());
      upgrades.set(request, { socket, head, server: webSockets, refuse: ignore });
      server.emit("request", request, response);
    }
  });
}

/** Whether the call asks to become a WebSocket. */
export function mayUpgrade({ request }: HttpCall): boolean {
  return upgrades.has(request);
}

/** Turns a call into a WebSocket, or answers why not. */
export function acceptUpgrade(call: HttpCall, opened: (ws: WebSocket, socket: Socket) => void): void {
  const { request, response } = call;
  const upgrade = upgrades.get(request);
  if (upgrade === undefined || response.headersSent || response.destroyed) {
    call.fail(new KratosError({ code: 400, message: "this connection can't be upgraded" }));
    return;
  }
  const { socket, head, server } = upgrade;
  const refuse = (error: Error): void => {
    call.replyHeader.set("sec-websocket-version", "13, 8");
    call.fail(new KratosError({ code: 400, reason: "MALFORMED_REQUEST", message: error.message, cause: error }));
  };
  upgrades.set(request, { ...upgrade, refuse });
  server.handleUpgrade(request, socket, head, (ws) => {
    response.detachSocket(socket);
    opened(ws, socket);
  });
}

function wantsWebSocket({ method, url = "", headers }: IncomingMessage, router: Router<Route>): boolean {
  if (method !== "GET" || headers.upgrade?.toLowerCase() !== "websocket" || !url.startsWith("/")) return false;
  const [path = ""] = url.split("?", 1);
  try {
    const match = router.findStatic("GET", path) ?? router.find("GET", decodePath(path));
    return match?.route.webSocket === true;
  } catch {
    // A malformed escape: it is answered as anywhere.
    return false;
  }
}

interface PlainRequest {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

/** Hands a connection back to node, with the request as it would be without the wish to upgrade. */
function serveWithout(server: Server, { request, socket, head }: PlainRequest): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = name === "connection" ? withoutUpgrade(rawHeaders[i + 1] as string) : rawHeaders[i + 1];
    if (name !== "upgrade" && name !== "http2-settings" && value !== "") lines.push(`${rawHeaders[i]}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("encrypted" in socket ? "secureConnection" : "connection", socket);
}

function withoutUpgrade(value: string): string {
  const options = value.split(",").map((option) => option.trim());
  return options.filter((option) => !/^(upgrade|http2-settings)$/i.test(option)).join(", ");
}

function ignore(): void {}
