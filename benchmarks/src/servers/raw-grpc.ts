// The least that answers gRPC on node:http2: the floor of the gRPC servers.
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { decodeRequest, encodeReply } from "../codec.ts";
import { serverReady } from "../harness/answers.ts";
import { frameOf } from "../samples.ts";

const server = createServer({ settings: { maxConcurrentStreams: 1000 } });
server.on("stream", (stream) => {
  stream.on("data", (chunk: Buffer) => reply(stream, chunk));
  stream.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => serverReady(server.address() as AddressInfo));

// The load sends each request in one DATA frame.
function reply(stream: ServerHttp2Stream, frame: Buffer): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc+proto" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(frameOf(encodeReply(`Hello ${decodeRequest(frame.subarray(5)).name}`)));
}
