import type { Socket } from "node:net";
import { CallContext, type CertifiedSocket, type Context, peerIdentityKey, peerIdentityOf } from "@kratos-ts/core";
import type { ServerCore } from "./server-core.ts";

// Connections keep theirs: most are for many calls.
const contexts = new WeakMap<Socket, Context>();

/** The parent of the calls on a connection: the server's own context, and whose certificate the connection has. */
export function parentOn(socket: Socket, { options, parent }: ServerCore): Context | undefined {
  if (options.tls?.requestCert !== true) return parent;
  let context = contexts.get(socket);
  if (context === undefined) {
    const identity = peerIdentityOf(socket as CertifiedSocket);
    if (identity === undefined) return parent;
    context = (parent ?? new CallContext({})).with(peerIdentityKey, identity);
    contexts.set(socket, context);
  }
  return context;
}
