// All protocols on one port: `node src/main.ts [--address :8000]`.
import { parseArgs } from "node:util";
import { createApp } from "@kratos-ts/app";
import { createServers } from "./servers.ts";

const { values } = parseArgs({ options: { address: { type: "string", default: ":8000" } } });
const app = createApp({
  name: "chat",
  servers: createServers(values),
  hooks: { afterStart: () => console.log(`listening: ${app.info.endpoints.join(", ")}`) },
});
await app.run();
