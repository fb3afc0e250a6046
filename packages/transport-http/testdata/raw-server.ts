import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo, ListenOptions } from "node:net";

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface RawServer extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** What has come in so far. */
  readonly seen: SeenRequest[];
  /** The connections made so far. */
  readonly connections: () => number;
  readonly server: Server;
}

export interface RawServerOptions {
  tls?: ServerOptions;
  listen?: ListenOptions;
}

type Reply = (request: SeenRequest, response: ServerResponse, incoming: IncomingMessage) => void;

/** A plain server that records what comes in, and answers as `reply` says once the body is there. */
export async function startRawServer(reply: Reply, options: RawServerOptions = {}): Promise<RawServer> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const listener: RequestListener = (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("error", () => {});
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "", url = "", headers, rawHeaders } = incoming;
      const request = { method, url, headers, rawHeaders, body: Buffer.concat(chunks).toString() };
      seen.push(request);
      reply(request, response, incoming);
    });
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.on("connection", () => connections++);
  server.listen(options.listen ?? { host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = (server.address() as AddressInfo | null) ?? { port: 0 };
  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    seen,
    connections: () => connections,
    server,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with this JSON, `application/protojson` and 200 unless told otherwise. */
export function replyJson(value: unknown, options: { status?: number; type?: string } = {}): Reply {
  return (_, response) => {
    response.writeHead(options.status ?? 200, { "content-type": options.type ?? "application/protojson" });
    response.end(JSON.stringify(value));
  };
}
