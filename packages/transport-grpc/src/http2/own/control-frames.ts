// What frames without data or headers say, once they are found to be as RFC 9113 §6 has them.
import { ConnectionError, wrongSize, wrongStream } from "./connection-error.ts";

export interface PeerGoaway {
  /** The last stream that the other side has processed, or will. */
  readonly lastId: number;
  readonly code: number;
  /** What it said beside it, for people. */
  readonly debug: string;
}

// Of the text that comes with a GOAWAY.
const maxDebugBytes = 100;

/** The increment of WINDOW_UPDATE (§6.9); 0 only for a stream, which it breaks. */
export function readWindowUpdate(id: number, payload: Buffer): number {
  if (payload.length !== 4) throw wrongSize("WINDOW_UPDATE");
  const bytes = payload.readUInt32BE(0) & 0x7fffffff;
  if (bytes === 0 && id === 0) throw new ConnectionError("PROTOCOL_ERROR", "WINDOW_UPDATE of 0 bytes");
  return bytes;
}

/** The code of RST_STREAM (§6.4). */
export function readReset(id: number, payload: Buffer): number {
  if (id === 0) throw wrongStream("RST_STREAM", id);
  if (payload.length !== 4) throw wrongSize("RST_STREAM");
  return payload.readUInt32BE(0);
}

/** GOAWAY (§6.8). */
export function readGoaway(id: number, payload: Buffer): PeerGoaway {
  if (id !== 0) throw wrongStream("GOAWAY", id);
  if (payload.length < 8) throw wrongSize("GOAWAY");
  const debug = payload.toString("latin1", 8, 8 + maxDebugBytes).replace(/[^ -~]/g, "?");
  return { lastId: payload.readUInt32BE(0) & 0x7fffffff, code: payload.readUInt32BE(4), debug };
}

/** PING (§6.7). */
export function checkPing(id: number, bytes: number): void {
  if (id !== 0) throw wrongStream("PING", id);
  if (bytes !== 8) throw wrongSize("PING");
}

/** PRIORITY (§6.3), which is ignored. */
export function checkPriority(id: number, bytes: number): void {
  if (id === 0) throw wrongStream("PRIORITY", id);
  if (bytes !== 5) throw wrongSize("PRIORITY");
}
