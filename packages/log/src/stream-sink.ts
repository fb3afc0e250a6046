import type { Writable } from "node:stream";
import { type Sink, type SinkOptions, settled } from "./sink.ts";

/** Writes to a stream that somebody else owns: closing leaves it open. */
export function streamSink(stream: Writable, { maxBuffered, onError }: SinkOptions): Sink {
  let dropped = 0;
  let closed = false;
  // Without a listener an error of the stream ends the process.
  stream.on("error", onError);
  const takes = (line: string): boolean =>
    !closed && stream.writable && stream.writableLength + Buffer.byteLength(line) <= maxBuffered;
  const flush = (): Promise<void> =>
    settled((done) => {
      if (!stream.writable) return done();
      stream.once("close", done);
      stream.write("", () => {
        stream.off("close", done);
        done();
      });
    });
  return {
    write(line) {
      try {
        if (!takes(line)) dropped++;
        else stream.write(line);
      } catch (error) {
        dropped++;
        onError(error as Error);
      }
    },
    get dropped() {
      return dropped;
    },
    flush,
    async close() {
      if (closed) return;
      closed = true;
      await flush();
      // A failure that is on its way is ours to hear.
      if (stream.writable && stream.writableLength === 0) stream.off("error", onError);
    },
  };
}
