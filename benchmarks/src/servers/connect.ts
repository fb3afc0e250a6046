import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Greeter } from "../gen/helloworld/v1/greeter_pb.ts";
import { serverReady } from "../harness/answers.ts";
import { greeter } from "../services.ts";

const server = createServer(connectNodeAdapter({ routes: (router) => router.service(Greeter, greeter) }));
server.listen(0, "127.0.0.1", () => serverReady(server.address() as AddressInfo));
