// One transport for each server and set of options that the suite names.
import { createGrpcTransport, type GrpcTransport } from "@kratos-ts/transport-grpc";
import type { ClientCompatRequest } from "./gen/connectrpc/conformance/v1/client_compat_pb.ts";
import { Codec, Compression, Protocol } from "./gen/connectrpc/conformance/v1/config_pb.ts";
import { noteReplyHeaders } from "./reply-headers.ts";

const transports = new Map<string, GrpcTransport>();

/** The transport that a case is to be called over. */
export function transportFor(request: ClientCompatRequest): GrpcTransport {
  if (request.protocol !== Protocol.GRPC) throw new Error(`this client speaks gRPC, not protocol ${request.protocol}`);
  const { host, port, codec, compression, messageReceiveLimit } = request;
  const certified = request.clientTlsCreds !== undefined;
  const key = [host, port, codec, compression, messageReceiveLimit, certified].join(" ");
  const known = transports.get(key);
  if (known !== undefined) return known;
  const transport = newTransport(request);
  transports.set(key, transport);
  return transport;
}

function newTransport(request: ClientCompatRequest): GrpcTransport {
  const { host, port, serverTlsCert, clientTlsCreds, messageReceiveLimit } = request;
  const secure = serverTlsCert.length > 0;
  return createGrpcTransport({
    endpoint: `${secure ? "grpcs" : "grpc"}://${host}:${port}`,
    timeoutMs: 0,
    middleware: [noteReplyHeaders],
    codec: request.codec === Codec.JSON ? "json" : "proto",
    sendCompression: request.compression === Compression.GZIP ? "gzip" : undefined,
    maxMessageBytes: messageReceiveLimit || undefined,
    tls: secure ? { ca: serverTlsCert, cert: clientTlsCreds?.cert, key: clientTlsCreds?.key } : undefined,
  });
}

/** Closes all of them, so that the process can end. */
export async function closeTransports(): Promise<void> {
  await Promise.all([...transports.values()].map((transport) => transport[Symbol.asyncDispose]()));
}
