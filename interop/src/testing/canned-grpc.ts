import { once } from "node:events";
import { createServer, type OutgoingHttpHeaders, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";

/** How the server ends a call. */
export interface CannedGrpcReply {
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string | undefined;
  readonly trailers?: OutgoingHttpHeaders | undefined;
}

export interface CannedGrpc extends AsyncDisposable {
  readonly endpoint: string;
  /** What every call is answered with from now on. */
  reply: CannedGrpcReply;
  /** The paths of the calls so far. */
  readonly called: string[];
}

/** An HTTP/2 server that answers every call in the same way. */
export async function startCannedGrpc(): Promise<CannedGrpc> {
  const sessions = new Set<ServerHttp2Session>();
  const called: string[] = [];
  const server = createServer();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    called.push(String(headers[":path"]));
    stream.on("error", () => {});
    const { reply } = canned;
    stream.respond(reply.headers, { waitForTrailers: reply.trailers !== undefined });
    stream.on("wantTrailers", () => stream.sendTrailers(reply.trailers ?? {}));
    stream.end(reply.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const canned: CannedGrpc = {
    endpoint: `grpc://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reply: { headers: { ":status": 200, "content-type": "application/grpc" }, trailers: { "grpc-status": "0" } },
    called,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
  return canned;
}
