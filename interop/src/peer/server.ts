import { type App, type AppOptions, createApp } from "@kratos-ts/app";
import type { Logger, Middleware } from "@kratos-ts/core";
import { serverMetadata } from "@kratos-ts/middleware/metadata";
import { recovery } from "@kratos-ts/middleware/recovery";
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer } from "@kratos-ts/transport-http";
import { Echo, Faults, Streams } from "../gen/interop/v1/interop_pb.ts";
import { echoService } from "./echo.ts";
import { faultsService } from "./faults.ts";
import { codecs } from "./message-types.ts";
import { streamsService } from "./streams.ts";
import { serverTracing } from "./tracing.ts";

/** Where the two servers listen, as URLs. */
export interface Endpoints {
  readonly grpc: string;
  readonly http: string;
}

export interface PeerOptions {
  name: string;
  http: string;
  grpc: string;
  /** Limit of a call in ms; 0: none. Default: the servers' own. */
  timeoutMs?: number | undefined;
  logger: Logger;
  /** The signals that stop it; false: none. Default: the app's own. */
  signals?: AppOptions["signals"];
  /** Is told where the servers listen, once they do. */
  onReady(endpoints: Endpoints): void;
}

/** The app with its two servers. */
export function createPeer({ name, http, grpc, timeoutMs, logger, signals, onReady }: PeerOptions): App {
  const middleware: Middleware[] = [recovery({ logger }), serverTracing(), serverMetadata()];
  const httpServer = createHttpServer({ address: http, middleware, timeoutMs, logger, codecs });
  const grpcServer = createGrpcServer({ address: grpc, middleware, timeoutMs, logger });
  const servers = [httpServer, grpcServer];
  for (const server of servers)
    server.service(Echo, echoService).service(Faults, faultsService).service(Streams, streamsService);
  const afterStart = () => onReady({ grpc: grpcServer.endpoint(), http: httpServer.endpoint() });
  return createApp({ name, version: "v1.0.0", servers, logger, signals, hooks: { afterStart } });
}
