export {
  createHttpTransport,
  type HttpTransportOptions,
  type HttpTransportTlsOptions,
} from "./client/http-transport.ts";
export { createJsonCodec, type JsonCodecOptions } from "./codec/json-codec.ts";
export type { EnvelopeOptions } from "./server/envelope.ts";
export type { EnvelopeNames } from "./server/envelope-type.ts";
export type { Filter } from "./server/filter.ts";
export { createHttpServer, type HttpServer } from "./server/http-server.ts";
export type { FetchHandler, Mountable, MountOptions } from "./server/mount.ts";
export type { HttpServerOptions, HttpServerTlsOptions } from "./server/options.ts";
export { type Redirect, redirect } from "./server/redirect.ts";
export { pathParams, type RouteHandler, type RouteOptions, type RouteReply } from "./server/web-route.ts";
