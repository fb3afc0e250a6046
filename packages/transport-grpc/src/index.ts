export { createGrpcTransport } from "./client/grpc-transport.ts";
export { createGrpcServer, type GrpcServer } from "./server/grpc-server.ts";
export type { GrpcServerOptions, KeepaliveOptions } from "./server/options.ts";
export { GrpcStatusError } from "./status.ts";
