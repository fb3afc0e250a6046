import { create, type DescMessage, type DescMethod, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceError,
  type StatusObject,
} from "@grpc/grpc-js";
import { operationOf } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { failureOf } from "../testdata/echo-client.ts";
import {
  type ChatReply,
  ChatReplySchema,
  type ChatRequest,
  ChatRequestSchema,
  CountReplySchema,
  CountRequestSchema,
  Streams,
  SumReplySchema,
  SumRequestSchema,
} from "../testdata/gen/interop/v1/interop_pb.ts";
import { startInterop } from "../testdata/interop-server.ts";
import { readAll, Source } from "../testdata/streams-client.ts";
import { createGrpcTransport } from "./client/grpc-transport.ts";

const { count, sum, chat } = Streams.method;
const write =
  <D extends DescMessage>(desc: D) =>
  (message: MessageShape<D>) =>
    Buffer.from(toBinary(desc, message));
const read =
  <D extends DescMessage>(desc: D) =>
  (bytes: Buffer) =>
    fromBinary(desc, bytes);

describe("a client of grpc-js", () => {
  async function start() {
    const interop = await startInterop();
    const client = new Client(interop.server.endpoint().slice("grpc://".length), credentials.createInsecure());
    return {
      client,
      async [Symbol.asyncDispose]() {
        client.close();
        await interop[Symbol.asyncDispose]();
      },
    };
  }

  it("reads a server stream, and its error after the messages", async () => {
    await using peer = await start();
    const request = create(CountRequestSchema, { upto: 5, failAfter: 2 });
    const [to, from] = [write(CountRequestSchema), read(CountReplySchema)];
    const stream = peer.client.makeServerStreamRequest(operationOf(count), to, from, request);
    const numbers: number[] = [];
    stream.on("data", ({ number }) => numbers.push(number));
    const error = await new Promise<ServiceError>((resolve) => stream.on("error", resolve as () => void));
    expect(numbers).toEqual([1, 2]);
    expect(error).toMatchObject({ code: 8, details: "failed after 2" });
  });

  it("sends a client stream, empty too", async () => {
    await using peer = await start();
    const [to, from] = [write(SumRequestSchema), read(SumReplySchema)];
    const add = (...numbers: number[]) =>
      new Promise<number>((resolve, reject) => {
        const stream = peer.client.makeClientStreamRequest(operationOf(sum), to, from, (error, reply) =>
          error === null ? resolve(reply!.total) : reject(error),
        );
        for (const number of numbers) stream.write(create(SumRequestSchema, { number }));
        stream.end();
      });
    expect(await add(1, 2, 3)).toBe(6);
    expect(await add()).toBe(0);
  });

  it("talks both ways, and cancels", async () => {
    await using peer = await start();
    const [to, from] = [write(ChatRequestSchema), read(ChatReplySchema)];
    const stream = peer.client.makeBidiStreamRequest(operationOf(chat), to, from);
    stream.on("error", () => {});
    for (const text of ["a", "b"]) {
      const reply = new Promise<ChatReply>((resolve) => stream.once("data", resolve));
      stream.write(create(ChatRequestSchema, { text }));
      expect((await reply).text).toBe(text);
    }
    const status = new Promise<StatusObject>((resolve) => stream.on("status", resolve));
    stream.cancel();
    expect((await status).code).toBe(1);
  });
});

describe("a server of grpc-js", () => {
  const definition = (method: DescMethod) => ({
    path: operationOf(method),
    requestStream: method.methodKind !== "server_streaming",
    responseStream: method.methodKind !== "client_streaming",
    requestSerialize: write(method.input),
    requestDeserialize: read(method.input),
    responseSerialize: write(method.output),
    responseDeserialize: read(method.output),
  });

  async function start() {
    const server = new Server();
    const cancelled = Promise.withResolvers<void>();
    const services = { count: definition(count), sum: definition(sum), chat: definition(chat) };
    server.addService(
      services as never,
      {
        count(call: {
          request: { upto: number };
          write(reply: object): void;
          end(): void;
          emit(...of: unknown[]): void;
        }) {
          for (let number = 1; number <= call.request.upto; number++) call.write(create(CountReplySchema, { number }));
          call.emit("error", { code: 8, details: "that is all" });
        },
        sum(
          call: AsyncIterable<{ number: number }> & { sendMetadata(of: Metadata): void },
          done: (...of: unknown[]) => void,
        ) {
          (async () => {
            let total = 0;
            for await (const { number } of call) total += number;
            const metadata = new Metadata();
            metadata.set("x-last", "t");
            done(null, create(SumReplySchema, { total }), metadata);
          })();
        },
        chat(call: ServerDuplexStream<ChatRequest, ChatReply>) {
          call.on("data", ({ text }) => call.write(create(ChatReplySchema, { text })));
          call.on("end", () => call.end());
          call.on("cancelled", () => cancelled.resolve());
          call.on("error", () => {});
        },
      } as never,
    );
    const port = await new Promise<number>((resolve, reject) => {
      const insecure = ServerCredentials.createInsecure();
      server.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error === null ? resolve(bound) : reject(error)));
    });
    const transport = createGrpcTransport({ endpoint: `127.0.0.1:${port}` });
    return {
      transport,
      streams: createClient(Streams, transport),
      cancelled: cancelled.promise,
      async [Symbol.asyncDispose]() {
        await transport[Symbol.asyncDispose]();
        server.forceShutdown();
      },
    };
  }

  it("streams to our client, with its error after the messages", async () => {
    await using peer = await start();
    const numbers: number[] = [];
    const error = await failureOf(
      (async () => {
        for await (const { number } of peer.streams.count({ upto: 3 })) numbers.push(number);
      })(),
    );
    expect(numbers).toEqual([1, 2, 3]);
    expect(error).toMatchObject({ code: 429, message: "that is all" });
  });

  it("takes a client stream, and its trailers arrive", async () => {
    await using peer = await start();
    async function* numbers() {
      for (const number of [1, 2, 3]) yield { number };
    }
    let last: string | null = null;
    const reply = await peer.streams.sum(numbers(), {
      onTrailer: (trailer) => {
        last = trailer.get("x-last");
      },
    });
    expect([reply.total, last]).toEqual([6, "t"]);
  });

  it("talks both ways, and hears of a cancellation", async () => {
    await using peer = await start();
    async function* texts() {
      yield { text: "a" };
      yield { text: "b" };
    }
    expect((await readAll(peer.streams.chat(texts()))).map(({ text }) => text)).toEqual(["a", "b"]);
    const requests = new Source<{ text: string }>();
    requests.push({ text: "c" });
    const abort = new AbortController();
    const replies = peer.streams.chat(requests, { signal: abort.signal })[Symbol.asyncIterator]();
    await replies.next();
    abort.abort();
    await peer.cancelled;
  });
});
