// The service: `node src/main.ts [--http :8000] [--grpc :9000]`.
import { createApp } from "@kratos-ts/app";
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer } from "@kratos-ts/transport-http";
import { callLog } from "./call-log.ts";
import { Greeter } from "./gen/helloworld/v1/greeter_pb.ts";
import { greeter } from "./service/greeter.ts";
import { howToSet, readSettings, type Settings } from "./settings.ts";
import { tryNext } from "./try-next.ts";

try {
  await main(readSettings(process.argv.slice(2), process.env));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (isTaken(error)) console.error(howToSet);
  process.exitCode = 1;
}

async function main(settings: Settings): Promise<void> {
  const middleware = [callLog((line) => console.log(line))];
  const http = createHttpServer({ address: settings.http, middleware });
  const grpc = createGrpcServer({ address: settings.grpc, middleware });
  for (const server of [http, grpc]) server.service(Greeter, greeter);

  const app = createApp({
    name: "helloworld",
    version: "v1.0.0",
    servers: [http, grpc],
    hooks: {
      afterStart: () => console.log(tryNext({ http: http.endpoint(), grpc: grpc.endpoint() })),
      beforeStop: () => console.log("stopping"),
    },
  });
  await app.run();
  console.log("stopped");
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && (error.cause as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";
}
