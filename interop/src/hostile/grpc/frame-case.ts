import { grpcFrame } from "../../testing/raw-grpc.ts";
import type { HostileCase } from "../case.ts";
import { converse, type Piece } from "../conversation.ts";
import { Flag, FrameType, frameOf, type Header, headerBlock, preface, readFrames, settings } from "./http2-frames.ts";

export interface FrameInput {
  readonly name: string;
  readonly send: Piece | readonly Piece[];
  /**
   * What the connection shows, with spaces between: `reply` for a header block, `reset N` for each code of RST_STREAM,
   * then `goaway N`, or `alive` when it still answers a PING, or `closed`. A `reset` after a GOAWAY is none.
   */
  readonly expected: string;
  /** Whether preface and SETTINGS come before it. Default true. */
  readonly greeting?: boolean | undefined;
  readonly slow?: boolean | undefined;
}

const probe = Buffer.from("hostile?");
const ping = frameOf({ type: FrameType.PING, payload: probe });

/** A case that writes frames to the gRPC server, then a PING, and waits for its answer or the end. */
export function frameCase({ name, send, expected, greeting = true, slow }: FrameInput): HostileCase {
  const sent = Array.isArray(send) ? (send as Piece[]) : [send as Piece];
  const pieces = [...(greeting ? [preface, settings()] : []), ...sent, ...(slow ? [] : [ping])];
  const bytes = Buffer.concat(pieces.filter((piece) => Buffer.isBuffer(piece)));
  return {
    name: `gRPC: ${name}`,
    expected,
    slow,
    seed: bytes.length < 20_000 ? { target: "grpc", bytes } : undefined,
    async run({ grpc }) {
      const { bytes, end } = await converse(grpc, { pieces, done: isAnswered });
      return outcomeOf(bytes, end);
    },
  };
}

const isAnswered = (bytes: Buffer): boolean =>
  readFrames(bytes).some(
    ({ type, flags, payload }) => type === FrameType.PING && (flags & Flag.ACK) !== 0 && payload.equals(probe),
  );

function outcomeOf(bytes: Buffer, end: string): string {
  const seen = new Set<string>();
  for (const { type, payload } of readFrames(bytes)) {
    if (type === FrameType.HEADERS) seen.add("reply");
    if (type === FrameType.RST_STREAM) seen.add(`reset ${payload.readUInt32BE(0)}`);
    if (type === FrameType.GOAWAY) return [...seen, `goaway ${payload.readUInt32BE(4)}`].join(" ");
  }
  const ended = end === "done" ? "alive" : end === "reset" ? "closed" : end;
  return [...seen, ended].join(" ");
}

export const callHeaders: readonly Header[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":authority", "a"],
  [":path", "/interop.v1.Echo/GetItem"],
  ["content-type", "application/grpc"],
  ["te", "trailers"],
];

/** A HEADERS frame that begins a stream. */
export const headers = (
  stream: number,
  list: readonly Header[] = callHeaders,
  flags: number = Flag.END_HEADERS,
): Buffer => frameOf({ type: FrameType.HEADERS, flags, stream, payload: headerBlock(list) });

/** A DATA frame that ends a stream. */
export const data = (
  stream: number,
  payload: Buffer = grpcFrame(Buffer.alloc(0)),
  flags: number = Flag.END_STREAM,
): Buffer => frameOf({ type: FrameType.DATA, flags, stream, payload });

export const wholeCall = (stream: number): Buffer => Buffer.concat([headers(stream), data(stream)]);
