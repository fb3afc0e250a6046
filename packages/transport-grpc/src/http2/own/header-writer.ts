import type { RawHeaders } from "../carrier.ts";
import { writeFrameHeader } from "./frame-writer.ts";
import type { HeaderEncoder } from "./hpack/encoder.ts";
import type { Output } from "./output.ts";
import { Flag, FrameType, frameHeaderBytes, maxFrameBytes } from "./protocol.ts";

/** The header block of a stream. */
export interface SentHeaders {
  readonly id: number;
  readonly fields: RawHeaders;
  /** END_STREAM: nothing follows. */
  readonly end: boolean;
}

/** HEADERS, and CONTINUATION where one frame is too small. Throws a TypeError for fields that may not be sent. */
export function writeHeaders(output: Output, encoder: HeaderEncoder, { id, fields, end }: SentHeaders): void {
  const flags = end ? Flag.END_STREAM : 0;
  const bound = encoder.bound(fields);
  if (bound > maxFrameBytes) {
    writeSplit(output, encodeApart(encoder, fields, bound), id, flags);
    return;
  }
  output.reserve(frameHeaderBytes + bound);
  const { buffer, at } = output;
  const stop = encoder.encode(buffer, at + frameHeaderBytes, fields);
  const bytes = stop - at - frameHeaderBytes;
  writeFrameHeader(buffer, at, bytes, FrameType.HEADERS, flags | Flag.END_HEADERS, id);
  output.at = stop;
}

function encodeApart(encoder: HeaderEncoder, fields: RawHeaders, bound: number): Buffer {
  const block = Buffer.allocUnsafe(bound);
  return block.subarray(0, encoder.encode(block, 0, fields));
}

function writeSplit(output: Output, block: Buffer, id: number, flags: number): void {
  for (let from = 0; from < block.length; from += maxFrameBytes) {
    const to = Math.min(from + maxFrameBytes, block.length);
    const last = to === block.length ? Flag.END_HEADERS : 0;
    output.reserve(frameHeaderBytes + to - from);
    const type = from === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
    const headerFlags = (from === 0 ? flags : 0) | last;
    output.at = writeFrameHeader(output.buffer, output.at, to - from, type, headerFlags, id);
    output.at += block.copy(output.buffer, output.at, from, to);
  }
}
