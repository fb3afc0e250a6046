import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Commands to paste into a terminal in this folder, and how to stop; `http` and `grpc` are the servers' endpoints. */
export function tryNext({ http, grpc }: { http: string; grpc: string }): string {
  const url = `http://127.0.0.1:${new URL(http).port}`;
  const address = `127.0.0.1:${new URL(grpc).port}`;
  return `HTTP listens on ${url}, gRPC on ${address}. Try:

  curl ${url}/helloworld/kratos
  curl -i ${url}/helloworld/nobody      # a typed error: 404 USER_NOT_FOUND
  curl -i ${url}/helloworld/%20         # another one: 400 CONTENT_MISSING
  grpcurl -plaintext -d '{"name":"kratos"}' ${address} helloworld.v1.Greeter/SayHello
  node ${here("client.ts")} --http ${url} --grpc ${address}

Ctrl-C stops it once all that is running has been answered (or: kill ${process.pid}).`;
}

function here(file: string): string {
  return relativePath(fileURLToPath(new URL(file, import.meta.url)));
}

function relativePath(path: string): string {
  return relative(process.cwd(), path) || ".";
}
