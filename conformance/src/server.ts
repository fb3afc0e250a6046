// The server under test: reads what it is to be from stdin, says where it listens on stdout, ends with SIGTERM.
import { create } from "@bufbuild/protobuf";
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { delimited, readDelimited } from "./delimited.ts";
import {
  type ServerCompatRequest,
  ServerCompatRequestSchema,
  ServerCompatResponseSchema,
} from "./gen/connectrpc/conformance/v1/server_compat_pb.ts";
import { ConformanceService } from "./gen/connectrpc/conformance/v1/service_pb.ts";
import { conformanceService } from "./service.ts";

for await (const request of readDelimited(ServerCompatRequestSchema, process.stdin)) {
  const server = createGrpcServer({
    address: "127.0.0.1:0",
    timeoutMs: 0,
    maxMessageBytes: request.messageReceiveLimit || undefined,
    tls: tlsOf(request),
  }).service(ConformanceService, conformanceService);
  await server.start();
  const { hostname: host, port } = new URL(server.endpoint().replace(/^grpcs?/, "http"));
  const pemCert = request.serverCreds?.cert ?? new Uint8Array();
  const response = create(ServerCompatResponseSchema, { host, port: Number(port), pemCert });
  process.stdout.write(delimited(ServerCompatResponseSchema, response));
}

function tlsOf({ useTls, serverCreds, clientTlsCert }: ServerCompatRequest) {
  if (!useTls) return undefined;
  if (serverCreds === undefined) throw new Error("the suite asked for TLS and gave no certificate");
  const { cert, key } = serverCreds;
  return clientTlsCert.length === 0 ? { cert, key } : { cert, key, ca: clientTlsCert, requestCert: true };
}
