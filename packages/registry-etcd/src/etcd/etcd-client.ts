import type {
  DescMessage,
  DescMethodBiDiStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { EtcdHost } from "./etcd-host.ts";
import type { EtcdSettings } from "./etcd-options.ts";
import { EtcdToken } from "./etcd-token.ts";

export interface StreamOptions<I extends DescMessage> {
  readonly requests: AsyncIterable<MessageInitShape<I>>;
  /** Ends the stream. A ConnectError as its reason is taken for a failure of the member. */
  readonly signal: AbortSignal;
  /** How long the whole stream may take, in ms. Default: as long as it likes. */
  readonly timeoutMs?: number | undefined;
}

interface AuthorizedCall<T> {
  call(host: EtcdHost, header: HeadersInit): Promise<T>;
  readonly signal: AbortSignal | undefined;
}

/** Calls etcd over gRPC: on one member as long as it answers, then on the next. */
export class EtcdClient {
  readonly #settings: EtcdSettings;
  readonly #hosts: readonly EtcdHost[];
  readonly #token: EtcdToken;
  #current = 0;

  constructor(settings: EtcdSettings) {
    this.#settings = settings;
    this.#hosts = settings.hosts.map((url) => new EtcdHost(url, settings.tls));
    this.#token = new EtcdToken(settings);
  }

  get timeoutMs(): number {
    return this.#settings.timeoutMs;
  }

  /** For calls that may be made twice. Throws the signal's reason, or an Error that names the members. */
  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    signal?: AbortSignal,
  ): Promise<MessageShape<O>> {
    const call = (host: EtcdHost, header: HeadersInit) =>
      host.transport.unary(method, signal, this.timeoutMs, header, request);
    let failure: unknown;
    // Twice where there is one: its connection may have died unnoticed.
    for (let left = Math.max(2, this.#hosts.length); left > 0; left--) {
      const host = this.#host();
      try {
        signal?.throwIfAborted();
        return (await this.#authorized(host, { call, signal })).message;
      } catch (error) {
        signal?.throwIfAborted();
        failure = error;
        if (!isOfHost(error)) break;
        this.#leave(host);
      }
    }
    throw this.#described(failure);
  }

  /** One stream on one member. Throws the signal's reason, or an Error that names the members. */
  async *stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodBiDiStreaming<I, O>,
    { requests, signal, timeoutMs }: StreamOptions<I>,
  ): AsyncGenerator<MessageShape<O>> {
    const host = this.#host();
    try {
      const header = headerOf(await this.#token.get(host, signal));
      // Ends the stream when this member has lost the leader: others may still have one.
      header.set("hasleader", "true");
      const { message } = await host.transport.stream(method, signal, timeoutMs, header, requests);
      yield* message;
    } catch (error) {
      const isEnded = signal.aborted && !(signal.reason instanceof ConnectError);
      if (isEnded) throw signal.reason;
      const failure = signal.aborted ? signal.reason : error;
      if (isOfHost(failure)) this.#leave(host);
      throw this.#described(failure);
    }
  }

  close(): void {
    for (const host of this.#hosts) host.disconnect();
  }

  async #authorized<T>(host: EtcdHost, { call, signal }: AuthorizedCall<T>): Promise<T> {
    const token = await this.#token.get(host, signal);
    try {
      return await call(host, headerOf(token));
    } catch (error) {
      if (!(await this.#token.expiredBy(error, token))) throw error;
      return call(host, headerOf(await this.#token.get(host, signal)));
    }
  }

  #host(): EtcdHost {
    return this.#hosts[this.#current] as EtcdHost;
  }

  #leave(host: EtcdHost): void {
    host.disconnect();
    if (host === this.#host()) this.#current = (this.#current + 1) % this.#hosts.length;
  }

  #described(failure: unknown): Error {
    const { message } = ConnectError.from(failure);
    return new Error(`etcd (${this.#settings.hosts.join(", ")}): ${message}`, { cause: failure });
  }
}

/** The code with which etcd, or the way there, refused a call; undefined for an error of something else. */
export function codeOf(error: unknown): Code | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof ConnectError ? cause.code : undefined;
}

// An answer about the request: another member would say the same.
const answers = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.Unauthenticated,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.ResourceExhausted,
  Code.Unimplemented,
]);

function isOfHost(error: unknown): boolean {
  return !answers.has(ConnectError.from(error).code);
}

function headerOf(token: string | undefined): Headers {
  return new Headers(token === undefined ? {} : { token });
}
