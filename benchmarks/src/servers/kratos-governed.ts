// Our server with middleware of a service in production: `kratos-governed.ts grpc|http <names, or nothing> <log file>`.
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer } from "@kratos-ts/transport-http";
import { Governed } from "../gen/governed/v1/governed_pb.ts";
import { Greeter } from "../gen/helloworld/v1/greeter_pb.ts";
import { governed } from "../governance/chain.ts";
import { serverReady } from "../harness/answers.ts";
import { greeter } from "../services.ts";

const [, , kind, names = "", logFile = ""] = process.argv;
const options = {
  address: "127.0.0.1:0",
  middleware: governed(
    names.split(",").filter((name) => name !== ""),
    logFile,
  ),
};
const server = kind === "grpc" ? createGrpcServer(options) : createHttpServer(options);
server.service(Greeter, greeter).service(Governed, greeter);
await server.start();
serverReady({ port: Number(new URL(server.endpoint()).port) });
