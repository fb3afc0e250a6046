import {
  type ClientHttp2Session,
  connect,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";
import { connect as connectSocket } from "node:net";

/** What came back on one stream, as it was. */
export interface RawReply {
  /** The first header block. */
  readonly headers: Record<string, unknown>;
  /** The trailers; in a trailers-only reply those are the headers. */
  readonly trailers: Record<string, unknown>;
  readonly trailersOnly: boolean;
  readonly body: Buffer;
  /** The code of a RST_STREAM; 0 for none. */
  readonly rstCode: number;
}

export interface RawRequest {
  readonly path: string;
  /** The body as it goes out, in these chunks; each is a DATA frame. */
  readonly chunks?: readonly Uint8Array[] | undefined;
  readonly headers?: OutgoingHttpHeaders | undefined;
  /** Leaves the stream open after the chunks. */
  readonly open?: boolean | undefined;
  /** Aborts it with RST_STREAM CANCEL. */
  readonly signal?: AbortSignal | undefined;
}

/** A client that knows HTTP/2 but nothing of gRPC, so that it can send whatever a test wants. */
export class RawClient implements AsyncDisposable {
  readonly session: ClientHttp2Session;
  readonly #closed: Promise<void>;

  constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on("error", () => {});
    this.#closed = new Promise((resolve) => session.once("close", () => resolve()));
  }

  static async connect(endpoint: string, options: SecureClientSessionOptions = {}): Promise<RawClient> {
    const unix = endpoint.startsWith("unix:") ? connectSocket(endpoint.slice("unix:".length)) : undefined;
    const url = unix === undefined ? endpoint.replace(/^grpc(s?):/, "http$1:") : "http://localhost";
    const session = connect(url, unix === undefined ? options : { createConnection: () => unix });
    await new Promise<void>((resolve, reject) => {
      // The server's limits count from here on.
      session.once("remoteSettings", () => resolve());
      session.once("error", reject);
    });
    return new RawClient(session);
  }

  send(request: RawRequest): Promise<RawReply> {
    const stream = this.session.request(
      {
        ":method": "POST",
        ":path": request.path,
        "content-type": "application/grpc",
        te: "trailers",
        ...request.headers,
      },
      { endStream: false, signal: request.signal },
    );
    return new Promise((resolve) => {
      let headers: Record<string, unknown> = {};
      let trailers: Record<string, unknown> | undefined;
      let trailersOnly = false;
      const body: Buffer[] = [];
      stream.on("error", () => {});
      stream.on("response", (block, flags) => {
        headers = block;
        trailersOnly = (flags & 1) !== 0;
      });
      stream.on("trailers", (block) => {
        trailers = block;
      });
      stream.on("data", (chunk: Buffer) => body.push(chunk));
      stream.on("close", () =>
        resolve({
          headers,
          trailers: trailers ?? headers,
          trailersOnly,
          body: Buffer.concat(body),
          rstCode: stream.rstCode,
        }),
      );
      for (const chunk of request.chunks ?? []) stream.write(chunk);
      if (request.open !== true) stream.end();
    });
  }

  /** Resolves when the connection is gone. */
  closed(): Promise<void> {
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.session.destroy();
    await this.closed();
  }
}
