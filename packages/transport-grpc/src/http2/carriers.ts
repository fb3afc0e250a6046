import type { ClientCarrierFactory, ServerCarrierFactory } from "./carrier.ts";
import { connectNodeClient } from "./node-client.ts";
import { createNodeServerCarrier } from "./node-server.ts";
import { connectOwnClient } from "./own/client-session.ts";
import { createOwnServerCarrier } from "./own/server.ts";

/** Whose HTTP/2: this package's own, or that of `node:http2`. */
export type Http2Name = "own" | "node";

interface Carriers {
  readonly connect: ClientCarrierFactory;
  readonly serve: ServerCarrierFactory;
}

const carriers = new Map<string, Carriers>([
  ["own", { connect: connectOwnClient, serve: createOwnServerCarrier }],
  ["node", { connect: connectNodeClient, serve: createNodeServerCarrier }],
]);

/** The carriers of a name; throws a `RangeError` that names the function whose option it was. */
export function carriersOf(name: Http2Name, of: string): Carriers {
  const found = carriers.get(name);
  if (found === undefined) throw new RangeError(`${of}: http2 is ${String(name)}; it has to be "own" or "node"`);
  return found;
}
