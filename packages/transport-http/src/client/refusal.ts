import { KratosError } from "@kratos-ts/core";
import type { CalledServer, Dialect } from "./called-server.ts";

const goRefusal = /^body unmarshal json: cannot unmarshal \w+ into Go /;

// Kratos refuses an unknown content type, Go's encoding/json a value of another type, and servers a long request line
// before the request reaches its service: it did no work.
const refusals: Record<Dialect, (error: KratosError) => boolean> = {
  protojson: (error) => isCodecError(error, /^unregister Content-Type: application\/protojson/),
  json: (error) => isCodecError(error, goRefusal),
  lenientGoJson: (error) => isCodecError(error, goRefusal),
  longQuery: ({ code }) => code === 431 || code === 414,
};

/**
 * Learns from an error whether the server can't read this dialect: then the request can be sent again in another. Once
 * a server is known to read it, such an error comes from elsewhere.
 */
export function learnRefusal(error: unknown, dialect: Dialect, peer: CalledServer): boolean {
  if (!(error instanceof KratosError) || peer.reads[dialect] === true || !refusals[dialect](error)) return false;
  // A server that reads the struct JSON of Kratos v3 knows protojson as well.
  if (dialect === "json") delete peer.reads.protojson;
  else peer.reads[dialect] = false;
  return true;
}

/** Learns from a reply that the server has read this dialect. */
export function learnReading(dialect: Dialect, peer: CalledServer): void {
  if (dialect !== "json") peer.reads[dialect] = true;
}

function isCodecError({ code, reason, message }: KratosError, text: RegExp): boolean {
  return code === 400 && reason === "CODEC" && text.test(message);
}
