import type { Socket } from "node:net";
import { CallContext, type CertifiedSocket, type Context, peerIdentityKey, peerIdentityOf } from "@kratos-ts/core";

/** The parent of the calls on a connection: the server's own context, and whose certificate the connection has. */
export function contextOn(socket: Socket, context: Context | undefined): Context | undefined {
  const identity = peerIdentityOf(socket as CertifiedSocket);
  return identity === undefined ? context : (context ?? new CallContext({})).with(peerIdentityKey, identity);
}
