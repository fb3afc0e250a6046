import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface CannedReply {
  readonly status: number;
  /** "": none. */
  readonly contentType: string;
  readonly body: Uint8Array | string;
}

export interface CannedHttp extends AsyncDisposable {
  readonly endpoint: string;
  /** What every request is answered with from now on. */
  reply: CannedReply;
  /** What has come in; the caller may empty it. */
  readonly seen: SeenRequest[];
}

/** A server that answers every request in the same way and writes down what came. */
export async function startCannedHttp(): Promise<CannedHttp> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url = "", headers } = request;
    seen.push({ method, path: url, headers, body: Buffer.concat(chunks) });
    const { status, contentType, body } = canned.reply;
    response.statusCode = status;
    if (contentType !== "") response.setHeader("content-type", contentType);
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const canned: CannedHttp = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reply: { status: 200, contentType: "application/protojson", body: "{}" },
    seen,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return canned;
}
