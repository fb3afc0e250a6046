import { ConnectionError } from "./connection-error.ts";
import { maxFrameBytes, Setting } from "./protocol.ts";

const parameterBytes = 6;

/** Reads the parameters of a SETTINGS frame (RFC 9113 §6.5); throws a ConnectionError for values that may not be. */
export function readSettings(bytes: Buffer, start: number, end: number): Map<number, number> {
  if ((end - start) % parameterBytes !== 0)
    throw new ConnectionError("FRAME_SIZE_ERROR", `SETTINGS of ${end - start} bytes`);
  const settings = new Map<number, number>();
  for (let at = start; at < end; at += parameterBytes) {
    const identifier = bytes.readUInt16BE(at);
    const value = bytes.readUInt32BE(at + 2);
    check(identifier, value);
    settings.set(identifier, value);
  }
  return settings;
}

// SETTINGS_INITIAL_WINDOW_SIZE is looked at where windows are.
function check(identifier: number, value: number): void {
  if (identifier === Setting.ENABLE_PUSH && value > 1)
    throw new ConnectionError("PROTOCOL_ERROR", `SETTINGS_ENABLE_PUSH is ${value}`);
  if (identifier === Setting.MAX_FRAME_SIZE && (value < maxFrameBytes || value > 0xffffff))
    throw new ConnectionError("PROTOCOL_ERROR", `SETTINGS_MAX_FRAME_SIZE is ${value}`);
}
