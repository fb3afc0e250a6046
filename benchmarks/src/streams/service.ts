import type { Chunk, CountRequest, HoldRequest } from "../gen/bench/v1/streams_pb.ts";
import { smallChunk } from "./chunks.ts";

/** The streams as Connect and kratos-ts take them. */
export const streams = {
  async *count({ count }: CountRequest) {
    for (let i = 0; i < count; i++) yield smallChunk;
  },

  async *pingPong(chunks: AsyncIterable<Chunk>) {
    for await (const chunk of chunks) yield chunk;
  },

  async *hold(_request: HoldRequest, { signal }: { signal: AbortSignal }) {
    yield smallChunk;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  },
};
