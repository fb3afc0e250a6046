import { createChannel, createClient } from "nice-grpc";
import { greeterDefinition, helloRequest } from "../grpc-js-service.ts";
import { name } from "../samples.ts";
import { address, runClient } from "./run-client.ts";

const client = createClient(greeterDefinition, createChannel(address));
await runClient(async () => (await client.sayHello(helloRequest(name))).message);
