// Our HTTP server with as many rules as its argument says.
import { createHttpServer } from "@kratos-ts/transport-http";
import { serverReady } from "../harness/answers.ts";
import { rulesService } from "../rules-service.ts";

const { service, implementation } = rulesService(Number(process.argv[2]));
const server = createHttpServer({ address: "127.0.0.1:0" });
server.service(service, implementation as never);
await server.start();
serverReady({ port: Number(new URL(server.endpoint()).port) });
