// A service as people run it, HTTP and gRPC at once: for its start-up.
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer } from "@kratos-ts/transport-http";
import { Greeter } from "../gen/helloworld/v1/greeter_pb.ts";
import { serverReady } from "../harness/answers.ts";
import { middlewareOf } from "../middleware.ts";
import { greeter } from "../services.ts";

const middleware = middlewareOf("chain");
const http = createHttpServer({ address: "127.0.0.1:0", middleware });
const grpc = createGrpcServer({ address: "127.0.0.1:0", middleware });
for (const server of [http, grpc]) server.service(Greeter, greeter);
await Promise.all([http.start(), grpc.start()]);
serverReady({ port: Number(new URL(grpc.endpoint()).port) });
