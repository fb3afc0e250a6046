import type { DescService } from "@bufbuild/protobuf";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import type { Middleware } from "@kratos-ts/core";
import { clientMetadata, type MetadataInit } from "@kratos-ts/middleware/metadata";
import { createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { Echo, Faults, Streams } from "../gen/interop/v1/interop_pb.ts";
import { codecs } from "./message-types.ts";
import { clientTracing } from "./tracing.ts";

export interface DialOptions {
  /** `http://host:port` or `grpc://host:port`. */
  endpoint: string;
  /** Whether calls send metadata. Default false. */
  metadata?: boolean | undefined;
  /** What every call sends as metadata. Default none. */
  constants?: MetadataInit | undefined;
  /** Whether calls send the trace. Default false. */
  tracing?: boolean | undefined;
  /** Limit of a call in ms. Default: the transport's own. */
  timeoutMs?: number | undefined;
  /** The codec of HTTP calls. Default: the transport's own. */
  codec?: string | undefined;
}

/** The clients of one endpoint, by the names of their services. */
export interface Caller extends AsyncDisposable {
  readonly Echo: Client<typeof Echo>;
  readonly Faults: Client<typeof Faults>;
  readonly Streams: Client<typeof Streams>;
}

/** The services of the contract by their names. */
export const services: Readonly<Record<string, DescService>> = { Echo, Faults, Streams };

export function dial(options: DialOptions): Caller {
  const transport = transportTo(options);
  return {
    Echo: createClient(Echo, transport),
    Faults: createClient(Faults, transport),
    Streams: createClient(Streams, transport),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

function transportTo({ endpoint, timeoutMs, codec, ...options }: DialOptions): Transport & AsyncDisposable {
  const middleware: Middleware[] = [];
  if (options.tracing) middleware.push(clientTracing());
  if (options.metadata) middleware.push(clientMetadata({ constants: options.constants }));
  if (endpoint.startsWith("grpc:")) return createGrpcTransport({ endpoint, middleware, timeoutMs });
  return createHttpTransport({ endpoint, middleware, timeoutMs, codec, codecs });
}
