import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { Greeter } from "../gen/helloworld/v1/greeter_pb.ts";
import { serverReady } from "../harness/answers.ts";
import { middlewareOf } from "../middleware.ts";
import { greeter } from "../services.ts";

const server = createGrpcServer({ address: "127.0.0.1:0", middleware: middlewareOf(process.argv[2]) });
server.service(Greeter, greeter);
await server.start();
serverReady({ port: Number(new URL(server.endpoint()).port) });
