import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import type { HelloReply, HelloRequest } from "../gen/helloworld/v1/greeter_pb.ts";
import { greeterDefinition, helloRequest } from "../grpc-js-service.ts";
import { name } from "../samples.ts";
import { address, runClient } from "./run-client.ts";

const Client = makeGenericClientConstructor(greeterDefinition, "Greeter");
const client = new Client(address, credentials.createInsecure());
const { path, requestSerialize, responseDeserialize } = greeterDefinition.sayHello;

await runClient(
  () =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest<HelloRequest, HelloReply>(
        path,
        requestSerialize,
        responseDeserialize,
        helloRequest(name),
        (error, reply) => (reply === undefined ? reject(error) : resolve(reply.message)),
      );
    }),
);
