import { getOption } from "@bufbuild/protobuf";
import { http } from "@kratos-ts/core/proto/google/api/annotations_pb.js";
import { services } from "../peer/dial.ts";
import { type MatrixCase, matrixCases } from "./cases.ts";

/** One way from a client to a server. */
export interface Route {
  /** What tests and known-differences.ts call it. */
  readonly name: string;
  readonly client: "ts" | "go";
  readonly server: "ts" | "go";
  readonly transport: "http" | "grpc";
  /** What application/json means to a Go server or client. */
  readonly json: "struct" | "proto";
  /** The codec of a TypeScript client. Default: the transport's own. */
  readonly codec?: "json" | "proto";
  /** Only methods without a body: v3's own JSON is read, but never sent. Default: every method. */
  readonly reading?: true;
}

const tsToGo = { client: "ts", server: "go" } as const;
const goToTs = { client: "go", server: "ts" } as const;

/** The ways that are tested, each against what Go and Go say to one another on the same transport. */
export const routes: readonly Route[] = [
  { name: "ts > go, http", ...tsToGo, transport: "http", json: "struct" },
  { name: "ts > go, http, the server's json is protojson", ...tsToGo, transport: "http", json: "proto" },
  {
    name: "ts > go, http by json, v3's own",
    ...tsToGo,
    transport: "http",
    json: "struct",
    codec: "json",
    reading: true,
  },
  { name: "ts > go, http by json, protojson", ...tsToGo, transport: "http", json: "proto", codec: "json" },
  { name: "ts > go, http by proto", ...tsToGo, transport: "http", json: "struct", codec: "proto" },
  { name: "ts > go, grpc", ...tsToGo, transport: "grpc", json: "struct" },
  { name: "go > ts, http", ...goToTs, transport: "http", json: "struct" },
  { name: "go > ts, http, the client's json is protojson", ...goToTs, transport: "http", json: "proto" },
  { name: "go > ts, grpc", ...goToTs, transport: "grpc", json: "struct" },
];

/** Go to Go, on the same transport with the same JSON. */
export function baselineOf({ transport, json }: Route): Route {
  return { name: `go > go, ${transport} ${json}`, client: "go", server: "go", transport, json };
}

/** What is called over a route. */
export function casesOf({ transport, reading }: Route): readonly MatrixCase[] {
  const carried = matrixCases.filter(({ only }) => only === undefined || only === transport);
  return reading ? carried.filter((given) => !hasBody(given)) : carried;
}

function hasBody({ service, method }: MatrixCase): boolean {
  const desc = services[service]?.methods.find(({ name }) => name === method);
  return desc !== undefined && getOption(desc, http).body !== "";
}
