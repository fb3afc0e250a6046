import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport, type GrpcTransport } from "../src/client/grpc-transport.ts";
import type { GrpcTransportOptions } from "../src/client/options.ts";
import type { GrpcServer } from "../src/server/grpc-server.ts";
import { carrierChoice } from "./carrier-choice.ts";
import { Streams } from "./gen/interop/v1/interop_pb.ts";
import { createInteropServer, type InteropOptions } from "./interop-server.ts";

/** A started server of the interop services and a client of its streams; both end with it. */
export interface StreamsPair extends AsyncDisposable {
  readonly server: GrpcServer;
  readonly transport: GrpcTransport;
  readonly streams: Client<typeof Streams>;
}

export interface PairOptions extends InteropOptions {
  readonly client?: Partial<GrpcTransportOptions> | undefined;
}

export async function startPair({ client, ...options }: PairOptions = {}): Promise<StreamsPair> {
  const server = createInteropServer(options);
  await server.start(options.start);
  const transport = createGrpcTransport({ endpoint: server.endpoint(), ...carrierChoice, ...client });
  return {
    server,
    transport,
    streams: createClient(Streams, transport),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** All that a stream yields. */
export async function readAll<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** A producer that is told what to yield, and tells whether it was told to stop. */
export class Source<T> implements AsyncIterableIterator<T> {
  readonly left = Promise.withResolvers<void>();
  /** How often it was asked. */
  asked = 0;
  readonly #items: T[] = [];
  #waiting: Array<(result: IteratorResult<T>) => void> = [];
  #ended = false;

  push(...items: T[]): void {
    for (const value of items) {
      const next = this.#waiting.shift();
      if (next === undefined) this.#items.push(value);
      else next({ done: false, value });
    }
  }
  end(): void {
    this.#ended = true;
    for (const next of this.#waiting.splice(0)) next({ done: true, value: undefined });
  }
  async next(): Promise<IteratorResult<T>> {
    this.asked++;
    if (this.#items.length > 0) return { done: false, value: this.#items.shift() as T };
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  async return(): Promise<IteratorResult<T>> {
    this.end();
    this.left.resolve();
    return { done: true, value: undefined };
  }
  [Symbol.asyncIterator](): this {
    return this;
  }
}
