import { governance } from "./governance.ts";
import { grpcClient } from "./grpc-client.ts";
import { grpcServer } from "./grpc-server.ts";
import { grpcStreams } from "./grpc-streams.ts";
import { httpClient } from "./http-client.ts";
import { httpServer } from "./http-server.ts";
import { httpStreams } from "./http-streams.ts";
import { latency } from "./latency.ts";
import type { Part } from "./part.ts";
import { startup } from "./startup.ts";

/** Every part, by the name that `pnpm bench` takes. */
export const parts: ReadonlyMap<string, Part> = new Map([
  ["grpc-server", grpcServer],
  ["http-server", httpServer],
  ["grpc-client", grpcClient],
  ["http-client", httpClient],
  ["grpc-streams", grpcStreams],
  ["http-streams", httpStreams],
  ["governance", governance],
  ["latency", latency],
  ["startup", startup],
]);
