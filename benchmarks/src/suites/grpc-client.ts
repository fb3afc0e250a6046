import { type ClientSuite, compareClients } from "./client-runner.ts";
import type { Part } from "./part.ts";
import { names } from "./variant.ts";

export const unary = {
  title: "gRPC unary client",
  about: "`SayHello` with 64 calls in flight to a canned server on another core. `node:http2` has one session.",
  variants: [
    { name: names.http2, program: { node: "clients/raw-grpc.ts" } },
    { name: names.own, program: { node: "clients/kratos-grpc.ts" } },
    { name: "@grpc/grpc-js", program: { node: "clients/grpc-js.ts" } },
    { name: "nice-grpc", program: { node: "clients/nice-grpc.ts" } },
    { name: "@connectrpc/connect-node", program: { node: "clients/connect-grpc.ts" } },
    { name: names.goClient, program: { go: ["client", "grpc"] } },
  ],
  goals: [
    { variant: names.own, of: names.http2, atLeast: 1.2 },
    { variant: names.own, of: names.goClient, atLeast: 0.35 },
  ],
} satisfies Omit<ClientSuite, "server">;

export const grpcClient: Part = async function* (bench) {
  const server = "binary" in bench.go ? { go: ["canned", "grpc"] as const } : { node: "servers/raw-grpc.ts" };
  yield await compareClients({ ...unary, server }, bench);
};
