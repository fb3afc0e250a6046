import type { Output } from "./output.ts";
import { Flag, FrameType, frameHeaderBytes } from "./protocol.ts";

/** What the header of a frame says beside the length. */
export interface FrameHead {
  readonly type: number;
  readonly flags?: number;
  readonly id?: number;
}

/** Begins a frame of so many bytes and reserves room for all of it; its payload is to be written at `output.at`. */
export function beginFrame(output: Output, bytes: number, { type, flags = 0, id = 0 }: FrameHead): void {
  output.reserve(frameHeaderBytes + bytes);
  output.at = writeFrameHeader(output.buffer, output.at, bytes, type, flags, id);
}

/** Writes the 9 bytes before a payload, and answers where that begins. In the hot path, and so without an object. */
export function writeFrameHeader(
  out: Buffer,
  at: number,
  bytes: number,
  type: number,
  flags: number,
  id: number,
): number {
  out[at] = bytes >>> 16;
  out[at + 1] = bytes >>> 8;
  out[at + 2] = bytes;
  out[at + 3] = type;
  out[at + 4] = flags;
  out[at + 5] = id >>> 24;
  out[at + 6] = id >>> 16;
  out[at + 7] = id >>> 8;
  out[at + 8] = id;
  return at + frameHeaderBytes;
}

/** SETTINGS (RFC 9113 §6.5) with these parameters, `[identifier, value]`. */
export function writeSettings(output: Output, settings: ReadonlyArray<readonly [number, number]>): void {
  beginFrame(output, settings.length * 6, { type: FrameType.SETTINGS });
  for (const [identifier, value] of settings) {
    output.at = output.buffer.writeUInt16BE(identifier, output.at);
    writeWord(output, value);
  }
}

export function writeSettingsAck(output: Output): void {
  beginFrame(output, 0, { type: FrameType.SETTINGS, flags: Flag.ACK });
}

/** RST_STREAM (RFC 9113 §6.4). */
export function writeReset(output: Output, id: number, code: number): void {
  beginFrame(output, 4, { type: FrameType.RST_STREAM, id });
  writeWord(output, code);
}

/** WINDOW_UPDATE (RFC 9113 §6.9) of a stream, or of the connection with the id 0. */
export function writeWindowUpdate(output: Output, id: number, bytes: number): void {
  beginFrame(output, 4, { type: FrameType.WINDOW_UPDATE, id });
  writeWord(output, bytes);
}

/** PING (RFC 9113 §6.7) with 8 bytes of `data` from `start` on. */
export function writePing(output: Output, flags: number, data: { bytes: Buffer; start: number }): void {
  beginFrame(output, 8, { type: FrameType.PING, flags });
  output.at += data.bytes.copy(output.buffer, output.at, data.start, data.start + 8);
}

/** GOAWAY (RFC 9113 §6.8). */
export function writeGoaway(output: Output, goaway: { lastId: number; code: number; debug: string }): void {
  const debug = Buffer.from(goaway.debug);
  beginFrame(output, 8 + debug.length, { type: FrameType.GOAWAY });
  writeWord(output, goaway.lastId);
  writeWord(output, goaway.code);
  output.at += debug.copy(output.buffer, output.at);
}

function writeWord(output: Output, value: number): void {
  output.at = output.buffer.writeUInt32BE(value, output.at);
}
