import { createServer } from "nice-grpc";
import { greeterDefinition, helloReplyTo } from "../grpc-js-service.ts";
import { serverReady } from "../harness/answers.ts";

const server = createServer();
server.add(greeterDefinition, { sayHello: async (request) => helloReplyTo(request) });
serverReady({ port: await server.listen("127.0.0.1:0") });
