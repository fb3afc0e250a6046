export { createGrpcTransport, type GrpcTransport } from "./client/grpc-transport.ts";
export type { BackoffOptions, ClientKeepaliveOptions, GrpcTransportOptions } from "./client/options.ts";
export type { ClientTls, ServerTls } from "./http2/carrier.ts";
export { createGrpcServer, type GrpcServer } from "./server/grpc-server.ts";
export type { HealthStatus } from "./server/health.ts";
export type { CorsOptions, GrpcServerOptions, GrpcServerTlsOptions, KeepaliveOptions } from "./server/options.ts";
export { GrpcStatusError } from "./status.ts";
