import { type handleUnaryCall, Server, ServerCredentials } from "@grpc/grpc-js";
import type { HelloReply, HelloRequest } from "../gen/helloworld/v1/greeter_pb.ts";
import { greeterDefinition, helloReplyTo } from "../grpc-js-service.ts";
import { serverReady } from "../harness/answers.ts";

const server = new Server();
const sayHello: handleUnaryCall<HelloRequest, HelloReply> = ({ request }, done) => done(null, helloReplyTo(request));
server.addService(greeterDefinition, { sayHello });
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  serverReady({ port });
});
