import type { ClientHttp2Stream, ClientSessionRequestOptions, OutgoingHttpHeaders } from "node:http2";
import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import type { EtcdTls } from "./etcd-options.ts";

// What etcd sends at most by default is 2 GiB: one range that large would take the process with it.
const maxMessageBytes = 64 * 1024 * 1024;
const idleMs = 60_000;

/** One member of the cluster, with at most one connection to it. */
export class EtcdHost {
  readonly url: string;
  readonly transport: Transport;
  readonly #session: Http2SessionManager;

  constructor(url: string, tls: EtcdTls | undefined) {
    this.url = url;
    this.#session = new UnheldSession(url, { idleConnectionTimeoutMs: idleMs }, tls);
    this.transport = createGrpcTransport({
      baseUrl: url,
      sessionManager: this.#session,
      readMaxBytes: maxMessageBytes,
    });
  }

  /** Ends the connection and all that is under way; the next call makes a new one. */
  disconnect(): void {
    this.#session.abort();
  }
}

/** A connection that keeps no process alive by its streams: calls that are waited for do so by their timeout. */
class UnheldSession extends Http2SessionManager {
  override async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: Omit<ClientSessionRequestOptions, "signal">,
  ): Promise<ClientHttp2Stream> {
    const stream = await super.request(method, path, headers, options);
    stream.session?.unref();
    return stream;
  }
}
