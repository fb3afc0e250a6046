export { type AppInfo, appInfoKey } from "./app-info.ts";
export { CallContext, type CallContextOptions, type CancelListener } from "./call-context.ts";
export { now } from "./clock.ts";
export type { Codec, CompiledCodec, MessageCodec, ValueCodec } from "./codec.ts";
export type { ConfigCallOptions, ConfigKeyValue, ConfigSource } from "./config-source.ts";
export type { Context, MutableContextValues, ServiceContext } from "./context.ts";
export { type ContextKey, createContextKey } from "./context-key.ts";
export { currentContext, runInContext } from "./current-context.ts";
export { type CallInfo, chain, type Handler, type Middleware } from "./handler.ts";
export { HeaderList } from "./header-list.ts";
export type { Counter, Gauge, Histogram, HistogramOptions, InstrumentOptions, Labels, Meter } from "./instruments.ts";
export { type ErrorDetail, type ErrorStatus, KratosError, type KratosErrorInit } from "./kratos-error.ts";
export { type LogFields, type Logger, type LogLevel, noopLogger } from "./logger.ts";
export { clientMetadataKey, Metadata, serverMetadataKey } from "./metadata.ts";
export {
  type ErrorConstructor,
  type ErrorTest,
  errorBadRequest,
  errorClientClosed,
  errorConflict,
  errorForbidden,
  errorGatewayTimeout,
  errorInternalServer,
  errorNotFound,
  errorServiceUnavailable,
  errorTooManyRequests,
  errorUnauthorized,
  isBadRequest,
  isClientClosed,
  isConflict,
  isForbidden,
  isGatewayTimeout,
  isInternalServer,
  isNotFound,
  isServiceUnavailable,
  isTooManyRequests,
  isUnauthorized,
} from "./named-errors.ts";
export { type CertifiedSocket, type PeerIdentity, peerIdentityKey, peerIdentityOf } from "./peer-identity.ts";
export type { Discovery, Registrar, RegistryCallOptions, ServiceInstance } from "./registry.ts";
export type {
  Balancer,
  BalancerFactory,
  DoneInfo,
  Node,
  NodePicker,
  PickedNode,
  ResolveOptions,
  Resolver,
} from "./selector.ts";
export type { Endpointer, Server, StartOptions, StopOptions } from "./server.ts";
export { operationOf, type Service, type ServiceMethod, type ServiceRegistrar } from "./service.ts";
export type { JoinedPort, PortGuest, PortHost, PortRequest } from "./shared-port.ts";
export { GrpcCode, grpcCodeOf, httpCodeOf } from "./status-codes.ts";
export type { Transporter } from "./transporter.ts";
