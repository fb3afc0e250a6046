import { type Client, createClient } from "@connectrpc/connect";
import type { Service } from "@kratos-ts/core";
import {
  createHttpServer,
  createHttpTransport,
  type HttpServer,
  type HttpServerOptions,
  type HttpTransportOptions,
} from "../src/index.ts";
import { Streams } from "./gen/interop/v1/interop_pb.ts";
import { streams } from "./streams.ts";

export interface StreamPeerOptions {
  /** Methods in the place of those of `streams`. */
  service?: Partial<Service<typeof Streams>>;
  server?: HttpServerOptions;
  client?: Partial<HttpTransportOptions>;
}

export interface StreamPeer extends AsyncDisposable {
  readonly server: HttpServer;
  readonly endpoint: string;
  /** `ws://host:port` */
  readonly webSocket: string;
  readonly transport: ReturnType<typeof createHttpTransport>;
  readonly client: Client<typeof Streams>;
}

/** A server of streams on a free port, and a client of it. */
export async function startStreams({ service, server, client }: StreamPeerOptions = {}): Promise<StreamPeer> {
  const running = createHttpServer({ address: "127.0.0.1:0", ...server }).service(Streams, { ...streams, ...service });
  await running.start();
  const endpoint = running.endpoint();
  const transport = createHttpTransport({ endpoint, ...client });
  return {
    server: running,
    endpoint,
    webSocket: endpoint.replace(/^http/, "ws"),
    transport,
    client: createClient(Streams, transport),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await running[Symbol.asyncDispose]();
    },
  };
}

/** Everything that a stream gives, and the error that it ends with. */
export async function read<T>(stream: AsyncIterable<T>): Promise<{ replies: T[]; error: unknown }> {
  const replies: T[] = [];
  try {
    for await (const reply of stream) replies.push(reply);
    return { replies, error: undefined };
  } catch (error) {
    return { replies, error };
  }
}

/** Sends these, one after the other. */
export async function* sendAll<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

/** An event that a test waits for. */
export function event<T = void>() {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { happened: promise, happens: resolve };
}

/** Counts without end, and tells why it was left. */
export function endless() {
  const left = event<unknown>();
  async function* counting(_: unknown, ctx: { signal: AbortSignal }) {
    try {
      for (let number = 1; ; number++) {
        yield { number };
        if (number === 2) await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
      }
    } finally {
      left.happens(ctx.signal.reason);
    }
  }
  return { count: counting, left: left.happened };
}

/** Chats, and tells why it was left. */
export function watchedChat() {
  const left = event<unknown>();
  async function* chatting(requests: AsyncIterable<{ text: string }>, ctx: { signal: AbortSignal }) {
    try {
      for await (const { text } of requests) yield { text };
    } finally {
      left.happens(ctx.signal.reason);
    }
  }
  return { chat: chatting, left: left.happened };
}

/** One message, then nothing until it is left; tells when that is. */
export function openRequests() {
  const left = event();
  const never = new Promise<void>(() => {});
  const iterator = {
    given: false,
    async next() {
      if (this.given) await never;
      this.given = true;
      return { done: false as const, value: { room: "a", text: "hi" } };
    },
    async return() {
      left.happens();
      return { done: true as const, value: undefined };
    },
  };
  return { requests: { [Symbol.asyncIterator]: () => iterator }, left: left.happened };
}
