import { createRegistry, type DescFile } from "@bufbuild/protobuf";
import { createConnectRouter, type HandlerContext } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import type { GrpcServerConfig } from "../options.ts";
import type { Route } from "../route.ts";
import { implementationOf } from "./implementation.ts";
import { webCallKey } from "./web-call.ts";

/** Connect's own handlers of gRPC-Web and Connect for these routes, by operation. */
export function createHandlers(
  routes: Iterable<Route>,
  { maxMessageBytes, compressMinBytes }: GrpcServerConfig,
): Map<string, UniversalHandler> {
  const served = [...routes];
  const files = new Set(served.flatMap(({ method }) => filesOf(method.parent.file)));
  const router = createConnectRouter({
    grpc: false,
    readMaxBytes: maxMessageBytes,
    compressMinBytes,
    acceptCompression: [compressionGzip, compressionBrotli],
    // As native JSON calls are answered; messages within an Any need the registry.
    jsonOptions: { ignoreUnknownFields: true, alwaysEmitImplicit: true, registry: createRegistry(...files) },
    requestGate: (context: HandlerContext) => context.values.get(webCallKey)?.begin(context),
  });
  for (const route of served) router.rpc(route.method, implementationOf(route));
  return new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
}

function filesOf(file: DescFile): DescFile[] {
  return [file, ...file.dependencies.flatMap(filesOf)];
}
