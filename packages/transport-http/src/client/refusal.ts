import { KratosError } from "@kratos-ts/core";
import type { Dialect, Peer } from "./peers.ts";

// Kratos refuses an unknown content type, Go's encoding/json a value of another type, and servers a long request line
// before the request reaches its service: it did no work.
const refusals: Record<Dialect, (error: KratosError) => boolean> = {
  protojson: (error) => isCodecError(error, /^unregister Content-Type: application\/protojson/),
  lenientGoJson: (error) => isCodecError(error, /^body unmarshal json: cannot unmarshal \w+ into Go /),
  longQuery: ({ code }) => code === 431 || code === 414,
};

/**
 * Whether an error says that the server can't read this dialect, so that the request can be sent again in another. Once
 * a server is known to read it, such an error comes from elsewhere.
 */
export function isRefusal(error: unknown, dialect: Dialect, peer: Peer): boolean {
  return error instanceof KratosError && peer.reads[dialect] !== true && refusals[dialect](error);
}

function isCodecError({ code, reason, message }: KratosError, text: RegExp): boolean {
  return code === 400 && reason === "CODEC" && text.test(message);
}
