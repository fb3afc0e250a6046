import type { Socket } from "node:net";
import type { ListenAddress, ServerCarrier, ServerCarrierOptions } from "../carrier.ts";
import { SocketListener } from "../socket-listener.ts";
import { OwnServerSession } from "./server-session.ts";

/** HTTP/2 of our own, as a server. */
export function createOwnServerCarrier(options: ServerCarrierOptions): ServerCarrier {
  const accept = (socket: Socket): void => void new OwnServerSession(socket, options);
  const listener = new SocketListener({ ...options, onHttp2: accept });
  return {
    accept,
    listen: (address: ListenAddress) => listener.listen(address),
    renew: (tls) => listener.renew(tls),
    close: () => listener.close(),
    destroy: () => listener.destroy(),
  };
}
