import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Streams } from "../gen/bench/v1/streams_pb.ts";
import { serverReady } from "../harness/answers.ts";
import { maxMessageBytes } from "../streams/chunks.ts";
import { streams } from "../streams/service.ts";

const adapter = connectNodeAdapter({
  routes: (router) => router.service(Streams, streams),
  readMaxBytes: maxMessageBytes,
  writeMaxBytes: maxMessageBytes,
});
const server = createServer({ settings: { maxConcurrentStreams: 20_000 }, maxSessionMemory: 256 }, adapter);
server.listen(0, "127.0.0.1", () => serverReady(server.address() as AddressInfo));
