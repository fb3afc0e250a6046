import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Greeter } from "../gen/helloworld/v1/greeter_pb.ts";
import { name } from "../samples.ts";
import { address, runClient } from "./run-client.ts";

const client = createClient(Greeter, createGrpcTransport({ baseUrl: `http://${address}` }));
await runClient(async () => (await client.sayHello({ name })).message);
