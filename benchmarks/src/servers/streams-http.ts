import { createHttpServer } from "@kratos-ts/transport-http";
import { Streams } from "../gen/bench/v1/streams_pb.ts";
import { serverReady } from "../harness/answers.ts";
import { streams } from "../streams/service.ts";

const server = createHttpServer({ address: "127.0.0.1:0" });
server.service(Streams, streams);
await server.start();
serverReady({ port: Number(new URL(server.endpoint()).port) });
