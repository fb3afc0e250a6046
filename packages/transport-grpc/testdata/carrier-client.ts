import type {
  ClientCarrierFactory,
  ClientCarrierOptions,
  ClientSession,
  ClientSessionHandler,
  ClientStream,
  ClientStreamHandler,
  RawHeaders,
  StreamReset,
} from "../src/http2/carrier.ts";

/** Waits for what it is told of. */
export class Waiting {
  #waiting: Array<() => void> = [];

  /** Resolves when this is so, looked at after each thing that it is told. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  protected tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** All that a stream tells, in its order. */
export class RecordedStream extends Waiting implements ClientStreamHandler {
  stream!: ClientStream;
  readonly events: string[] = [];
  headers: string[] | undefined;
  trailers: string[] | undefined;
  reset: StreamReset | undefined;
  readonly chunks: Uint8Array[] = [];
  bytes = 0;

  onHeaders(headers: string[], end: boolean): void {
    this.headers = headers;
    this.#event(end ? "headers, end" : "headers");
  }
  onData(chunk: Uint8Array): void {
    this.chunks.push(Uint8Array.from(chunk));
    this.bytes += chunk.length;
    this.#event("data");
  }
  onTrailers(trailers: string[]): void {
    this.trailers = trailers;
    this.#event("trailers");
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

  get body(): string {
    return Buffer.concat(this.chunks).toString();
  }

  /** Resolves when the stream has ended, one way or the other. */
  over(): Promise<void> {
    return this.until(() => this.events.includes("end") || this.events.includes("reset"));
  }

  #event(name: string): void {
    if (name !== "data" || this.events.at(-1) !== "data") this.events.push(name);
    this.tell();
  }
}

/** A client's session, and all that it tells. */
export class RecordedSession extends Waiting implements ClientSessionHandler, AsyncDisposable {
  readonly session: ClientSession;
  readonly events: string[] = [];
  cause: unknown;

  constructor(connect: ClientCarrierFactory, options: Omit<ClientCarrierOptions, "handler" | "limits">) {
    super();
    this.session = connect({ ...options, limits: testLimits, handler: this });
  }

  onConnect(): void {
    this.#event("connect");
  }
  onGoaway(code: number): void {
    this.#event(`goaway ${code}`);
  }
  onCapacity(): void {
    this.#event("capacity");
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

  open(headers: RawHeaders = postHeaders, body?: Uint8Array): RecordedStream {
    const recorded = new RecordedStream();
    recorded.stream = this.session.open({ headers, handler: recorded, body });
    return recorded;
  }

  heard(event: string): Promise<void> {
    return this.until(() => this.events.includes(event));
  }

  #event(name: string): void {
    this.events.push(name);
    this.tell();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.session.destroy();
    await this.heard("close");
  }
}

export const testLimits = { maxHeaderBytes: 16_384, streamWindowBytes: 1 << 20, sessionWindowBytes: 1 << 22 };

export const postHeaders: RawHeaders = [
  ...[":method", "POST", ":scheme", "http", ":authority", "localhost", ":path", "/test"],
  ...["content-type", "application/grpc", "te", "trailers"],
];
