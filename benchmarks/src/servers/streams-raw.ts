// The least that streams gRPC on node:http2: the floor of the streams.
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { serverReady } from "../harness/answers.ts";
import { frameOf } from "../samples.ts";
import { countPath, decodeChunk, decodeCount, encodeChunk, smallChunk } from "../streams/chunks.ts";
import { eachFrame } from "../streams/frames.ts";

const server = createServer({ settings: { maxConcurrentStreams: 20_000 } });
server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
  stream.on("error", () => {});
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.respond({ ":status": 200, "content-type": "application/grpc+proto" }, { waitForTrailers: true });
  if (headers[":path"] === countPath)
    stream.on(
      "data",
      eachFrame((bytes) => count(stream, decodeCount(bytes).count)),
    );
  else {
    stream.on(
      "data",
      eachFrame((bytes) => stream.write(frameOf(encodeChunk(decodeChunk(bytes))))),
    );
    stream.on("end", () => stream.end());
  }
});
server.listen(0, "127.0.0.1", () => serverReady(server.address() as AddressInfo));

function count(stream: ServerHttp2Stream, left: number): void {
  for (; left > 0; left--)
    if (!stream.write(frameOf(encodeChunk(smallChunk)))) {
      stream.once("drain", () => count(stream, left - 1));
      return;
    }
  stream.end();
}
