import type {
  ServerCarrier,
  ServerCarrierFactory,
  ServerHandler,
  ServerLimits,
  ServerSession,
  ServerStream,
  SessionHandler,
  StreamHandler,
  StreamReset,
} from "../src/http2/carrier.ts";
import { Waiting } from "./carrier-client.ts";

/** All that a stream of a server tells, in its order. */
export class RecordedCall extends Waiting implements StreamHandler {
  readonly stream: ServerStream;
  readonly headers: string[];
  readonly end: boolean;
  readonly events: string[] = [];
  reset: StreamReset | undefined;
  body = "";
  bytes = 0;
  onBody: ((chunk: Uint8Array) => void) | undefined;

  constructor(stream: ServerStream, headers: string[], end: boolean) {
    super();
    this.stream = stream;
    this.headers = headers;
    this.end = end;
  }

  onData(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    this.body += Buffer.from(chunk).toString();
    this.onBody?.(chunk);
    this.#event("data");
  }
  onEnd(): void {
    this.#event("end");
  }
  onDrain(): void {
    this.#event("drain");
  }
  onReset(reset: StreamReset): void {
    this.reset = reset;
    this.#event("reset");
  }

  heard(event: string): Promise<void> {
    return this.until(() => this.events.includes(event));
  }

  #event(name: string): void {
    if (name !== "data" || this.events.at(-1) !== "data") this.events.push(name);
    this.tell();
  }
}

/** A session of a server, and all that it tells. */
export class RecordedServerSession extends Waiting implements SessionHandler {
  readonly session: ServerSession;
  readonly events: string[] = [];
  cause: unknown;

  constructor(session: ServerSession) {
    super();
    this.session = session;
  }

  onPong(): void {
    this.#event("pong");
  }
  onPing(): void {
    this.#event("ping");
  }
  onClose(cause: unknown): void {
    this.cause = cause;
    this.#event("close");
  }
  heard(event: string): Promise<void> {
    return this.until(() => this.events.includes(event));
  }

  #event(name: string): void {
    this.events.push(name);
    this.tell();
  }
}

/** A listening carrier, and all that it tells. */
export class RecordedServer extends Waiting implements ServerHandler, AsyncDisposable {
  readonly carrier: ServerCarrier;
  readonly sessions: RecordedServerSession[] = [];
  readonly calls: RecordedCall[] = [];
  port = 0;
  readonly #onCall: (call: RecordedCall) => void;

  constructor(serve: ServerCarrierFactory, limits: Partial<ServerLimits>, onCall: (call: RecordedCall) => void) {
    super();
    this.#onCall = onCall;
    this.carrier = serve({ handler: this, limits: { ...serverLimits, ...limits } });
  }

  static async start(
    serve: ServerCarrierFactory,
    onCall: (call: RecordedCall) => void = () => {},
    limits: Partial<ServerLimits> = {},
  ): Promise<RecordedServer> {
    const server = new RecordedServer(serve, limits, onCall);
    const address = await server.carrier.listen({ host: "127.0.0.1", port: 0 });
    if ("port" in address) server.port = address.port;
    return server;
  }

  onSession(session: ServerSession): SessionHandler {
    const recorded = new RecordedServerSession(session);
    this.sessions.push(recorded);
    this.tell();
    return recorded;
  }
  onStream(stream: ServerStream, headers: string[], end: boolean): StreamHandler {
    const call = new RecordedCall(stream, headers, end);
    this.calls.push(call);
    this.#onCall(call);
    this.tell();
    return call;
  }
  onRefused(): void {}
  onFailure(cause: unknown): void {
    throw cause;
  }

  /** Resolves with the call of this number, from 0 on, once it is here. */
  async call(index: number): Promise<RecordedCall> {
    await this.until(() => this.calls.length > index);
    return this.calls[index] as RecordedCall;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.carrier.close();
    this.carrier.destroy();
    await closed;
  }
}

export const serverLimits: ServerLimits = {
  maxHeaderBytes: 16_384,
  maxConcurrentStreams: 100,
  streamWindowBytes: 1 << 20,
  sessionWindowBytes: 1 << 22,
};

export const replyHeaders = [":status", "200", "content-type", "application/grpc"];
export const okTrailers = ["grpc-status", "0"];
