import { once } from "node:events";
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { frame } from "../src/frame.ts";
import { NameRequestSchema } from "./gen/interop/v1/interop_pb.ts";

/** One call as the server got it. */
export interface RawCall {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  /** The same as a flat list, in the order that they had. */
  readonly rawHeaders: string[];
  /** How many calls came before it. */
  readonly index: number;
}

export interface RawServerOptions extends SecureServerOptions {
  /** The port to listen on. Default: any. */
  readonly port?: number | undefined;
  readonly secure?: boolean | undefined;
}

/** A server that knows HTTP/2 but nothing of gRPC, so that it can answer whatever a test wants. */
export class RawServer implements AsyncDisposable {
  readonly sessions: ServerHttp2Session[] = [];
  readonly calls: RawCall[] = [];
  readonly #server: Http2Server;
  #waiting: Array<() => void> = [];

  constructor(onCall: (call: RawCall) => void, options: RawServerOptions = {}) {
    this.#server = options.secure ? createSecureServer(options) : createServer(options);
    this.#server.on("sessionError", () => {});
    this.#server.on("session", (session) => {
      session.on("error", () => {});
      this.sessions.push(session);
      this.#tell();
    });
    this.#server.on("stream", (stream, headers, _flags, rawHeaders: string[]) => {
      stream.on("error", () => {});
      const call = { stream, headers, rawHeaders, index: this.calls.length };
      this.calls.push(call);
      onCall(call);
      this.#tell();
    });
  }

  static async start(onCall: (call: RawCall) => void, options: RawServerOptions = {}): Promise<RawServer> {
    const server = new RawServer(onCall, options);
    await server.listen(options.port);
    return server;
  }

  async listen(port = 0): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `grpc://127.0.0.1:${this.port}`;
  }

  /** Resolves when this is so, looked at after each new session and call. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.sessions) session.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** A framed `interop.v1.NameRequest`, the reply of `Echo.NoRule`. */
export function nameFrame(name: string): Uint8Array {
  return frame(toBinary(NameRequestSchema, create(NameRequestSchema, { name })));
}

export interface RawAnswer {
  readonly headers?: Record<string, string | string[]> | undefined;
  readonly chunks?: readonly Uint8Array[] | undefined;
  /** False: no trailers at all. */
  readonly trailers?: Record<string, string | string[]> | false | undefined;
}

/** Answers a call; what is left out is as a gRPC server has it. */
export function answer({ stream }: RawCall, reply: RawAnswer = {}): void {
  const { headers, chunks = [nameFrame("raw")], trailers = { "grpc-status": "0" } } = reply;
  const block = { ":status": "200", "content-type": "application/grpc+proto", ...headers };
  // The types do not know `sendDate`.
  const options = { waitForTrailers: trailers !== false, sendDate: false };
  stream.respond(block, options);
  stream.on("wantTrailers", () => stream.sendTrailers(trailers || {}));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
}

/** Answers with one header block. */
export function answerOnce({ stream }: RawCall, headers: Record<string, string>): void {
  stream.respond({ ":status": "200", "content-type": "application/grpc+proto", ...headers }, { endStream: true });
}
