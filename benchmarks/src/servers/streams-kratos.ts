import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { Streams } from "../gen/bench/v1/streams_pb.ts";
import { serverReady } from "../harness/answers.ts";
import { maxMessageBytes } from "../streams/chunks.ts";
import { streams } from "../streams/service.ts";

const server = createGrpcServer({ address: "127.0.0.1:0", maxMessageBytes, maxConcurrentStreams: 20_000 });
server.service(Streams, streams);
await server.start();
serverReady({ port: Number(new URL(server.endpoint()).port) });
