import { grpcHello, grpcHelloWithDeadline } from "../loads.ts";
import type { Part } from "./part.ts";
import { compareServers, type ServerSuite } from "./server-runner.ts";
import { goGrpc, grpcBare, grpcChain, grpcJs, names, rawGrpc } from "./variant.ts";

export const unary: ServerSuite = {
  title: "gRPC unary server",
  about: "`SayHello`, 8 connections × 16 streams. Chain: 5 middleware, context, and a `grpc-timeout` in every call.",
  load: grpcHello,
  variants: [
    rawGrpc,
    grpcBare,
    { ...grpcChain, load: grpcHelloWithDeadline },
    grpcJs,
    { name: "nice-grpc", program: { node: "servers/nice-grpc.ts" } },
    { name: "@connectrpc/connect-node", program: { node: "servers/connect.ts" } },
    goGrpc,
  ],
  goals: [
    { variant: names.bare, of: names.http2, atLeast: 0.9 },
    { variant: names.chain, of: names.http2, atLeast: 0.8 },
    { variant: names.bare, of: names.go, atLeast: 0.68 },
  ],
};

export const grpcServer: Part = async function* (bench) {
  yield await compareServers(unary, bench);
};
