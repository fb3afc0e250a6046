import { ConnectionError } from "./connection-error.ts";
import { Flag } from "./protocol.ts";

/** Where the content of a padded payload ends; it begins one byte after `start` (RFC 9113 §6.1). */
export function endWithoutPadding(bytes: Buffer, start: number, end: number): number {
  if (start >= end) throw new ConnectionError("FRAME_SIZE_ERROR", "a padded frame is empty");
  const stop = end - (bytes[start] as number);
  if (stop <= start) throw new ConnectionError("PROTOCOL_ERROR", "a frame has more padding than payload");
  return stop;
}

/** The fragment of a header block in a HEADERS frame, without padding and priority (RFC 9113 §6.2). */
export function headerFragment(flags: number, id: number, payload: Buffer): Buffer {
  const padded = (flags & Flag.PADDED) !== 0;
  const end = padded ? endWithoutPadding(payload, 0, payload.length) : payload.length;
  const start = padded ? 1 : 0;
  if ((flags & Flag.PRIORITY) === 0) return payload.subarray(start, end);
  if (end - start < 5) throw new ConnectionError("FRAME_SIZE_ERROR", "HEADERS are too short for their priority");
  if ((payload.readUInt32BE(start) & 0x7fffffff) === id)
    throw new ConnectionError("PROTOCOL_ERROR", "a stream depends on itself");
  return payload.subarray(start + 5, end);
}
