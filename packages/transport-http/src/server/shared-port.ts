import type { Socket } from "node:net";
import type { PortGuest, PortHost } from "@kratos-ts/core";
import { LocalSocket } from "./local-socket.ts";
import type { NodeServer } from "./node-server.ts";
import type { Route } from "./route.ts";
import type { Router } from "./router.ts";
import type { ServerCore } from "./server-core.ts";

export interface SharedPortInit {
  readonly core: ServerCore;
  readonly router: Router<Route>;
}

/** Makes the server's port that of its guest as well. */
export function createPortHost({ core, router }: SharedPortInit): PortHost {
  return {
    endpoint() {
      if (core.endpoint === "") throw new Error("the HTTP server that this server is mounted on has not started yet");
      return core.endpoint;
    },
    secure: core.options.tls !== undefined,
    serves: (method, path) => (router.findStatic(method, path) ?? router.find(method, path)) !== undefined,
    connect(socket) {
      const [ours, theirs] = LocalSocket.pair(socket);
      core.acceptHttp1?.(ours as unknown as Socket);
      return theirs;
    },
  };
}

/** Gives every connection to the guest first, which keeps those that speak HTTP/2. */
export function shareConnections(server: NodeServer, core: ServerCore): void {
  const { guest, options } = core;
  if (guest === undefined) return;
  const event = options.tls === undefined ? "connection" : "secureConnection";
  const listeners = server.listeners(event);
  core.acceptHttp1 = (socket) => {
    for (const listener of listeners) listener.call(server, socket);
  };
  server.removeAllListeners(event);
  server.on(event, (socket: Socket) => guest.connection(socket, core.acceptHttp1 as (socket: object) => void));
}

/** Whether something that is to be mounted serves on the port itself. */
export function isPortGuest(mounted: object): mounted is PortGuest {
  return typeof (mounted as Partial<PortGuest>).joinPort === "function";
}
