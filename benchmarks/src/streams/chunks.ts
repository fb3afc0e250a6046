// What the streams of all variants send, and protobuf-es as the codec of all of them.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Chunk, ChunkSchema, type CountRequest, CountRequestSchema } from "../gen/bench/v1/streams_pb.ts";

export const countPath = "/bench.v1.Streams/Count";
export const pingPongPath = "/bench.v1.Streams/PingPong";

/** Of an event as services stream them: 64 bytes. */
export const smallChunk: Chunk = create(ChunkSchema, { data: new Uint8Array(64).fill(7) });

/** What limits of message size have to be set to. */
export const maxMessageBytes = 8 * 1024 * 1024;

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const encodeChunk = (chunk: Chunk): Buffer => bufferOf(toBinary(ChunkSchema, chunk));
export const decodeChunk = (bytes: Uint8Array): Chunk => fromBinary(ChunkSchema, bytes);
export const decodeCount = (bytes: Uint8Array): CountRequest => fromBinary(CountRequestSchema, bytes);
export const encodeCount = (request: CountRequest): Buffer => bufferOf(toBinary(CountRequestSchema, request));
