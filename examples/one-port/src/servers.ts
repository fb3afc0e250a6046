import { createGrpcServer, type GrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer, type HttpServer, type HttpServerTlsOptions } from "@kratos-ts/transport-http";
import { chat } from "./chat.ts";
import { Chat } from "./gen/chat/v1/chat_pb.ts";

export interface OnePortOptions {
  address: string;
  /** Default: cleartext. */
  tls?: HttpServerTlsOptions | undefined;
}

/** Both servers of one port: HTTP listens, and gRPC is mounted on it. Give both to an app. */
export function createServers({ address, tls }: OnePortOptions): [HttpServer, GrpcServer] {
  const grpc = createGrpcServer().service(Chat, chat);
  const http = createHttpServer({ address, tls }).service(Chat, chat).mount(grpc);
  return [http, grpc];
}
