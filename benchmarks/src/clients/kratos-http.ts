import { createClient } from "@connectrpc/connect";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { Greeter } from "../gen/helloworld/v1/greeter_pb.ts";
import { name } from "../samples.ts";
import { address, runClient } from "./run-client.ts";

const client = createClient(Greeter, createHttpTransport({ endpoint: `http://${address}` }));
await runClient(async () => (await client.sayHello({ name })).message);
