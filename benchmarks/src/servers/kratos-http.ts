import { createHttpServer } from "@kratos-ts/transport-http";
import { Bench } from "../gen/bench/v1/bench_pb.ts";
import { Greeter } from "../gen/helloworld/v1/greeter_pb.ts";
import { serverReady } from "../harness/answers.ts";
import { middlewareOf } from "../middleware.ts";
import { bench, greeter } from "../services.ts";

const server = createHttpServer({ address: "127.0.0.1:0", middleware: middlewareOf(process.argv[2]) });
server.service(Greeter, greeter).service(Bench, bench);
await server.start();
serverReady({ port: Number(new URL(server.endpoint()).port) });
