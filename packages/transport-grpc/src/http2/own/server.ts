import type { ListenAddress, ServerCarrier, ServerCarrierOptions } from "../carrier.ts";
import { SocketListener } from "../socket-listener.ts";
import { OwnServerSession } from "./server-session.ts";

/** HTTP/2 of our own, as a server. */
export function createOwnServerCarrier(options: ServerCarrierOptions): ServerCarrier {
  const listener = new SocketListener({ ...options, onSocket: (socket) => new OwnServerSession(socket, options) });
  return {
    listen: (address: ListenAddress) => listener.listen(address),
    close: () => listener.close(),
    destroy: () => listener.destroy(),
  };
}
