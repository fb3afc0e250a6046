// Loads a server with streams: one client for all of them. Its argument after the port says which load it is.
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@kratos-ts/transport-grpc";
import { type Chunk, ChunkSchema, Streams } from "../gen/bench/v1/streams_pb.ts";
import { answer, say } from "../harness/answers.ts";
import { maxMessageBytes, smallChunk } from "../streams/chunks.ts";

const [, , port, load = ""] = process.argv;
const transport = createGrpcTransport({ endpoint: `grpc://127.0.0.1:${port}`, maxMessageBytes });
const client = createClient(Streams, transport);

const largeChunk = create(ChunkSchema, { data: new Uint8Array(4_000_000).fill(7) });
const countAtOnce = 1000;
const openAtOnce = 100;

/** Runs one stream until it is told to stop; gives the messages that came. */
type Stream = (isOver: () => boolean) => Promise<number>;

const loads: Readonly<Record<string, { streams: number; stream: Stream }>> = {
  messages: { streams: 8, stream: readCounts },
  "ping-pong": { streams: 64, stream: (isOver) => pingPong(smallChunk, isOver) },
  large: { streams: 2, stream: (isOver) => pingPong(largeChunk, isOver) },
};

async function readCounts(isOver: () => boolean): Promise<number> {
  let messages = 0;
  while (!isOver()) {
    let came = 0;
    for await (const { data } of client.count({ count: countAtOnce })) came += Math.sign(data.length);
    if (came !== countAtOnce) throw new Error(`${came} of ${countAtOnce} messages came`);
    messages += came;
  }
  return messages;
}

async function pingPong(chunk: Chunk, isOver: () => boolean): Promise<number> {
  let messages = 0;
  let next = Promise.withResolvers<void>();
  const requests = async function* () {
    while (!isOver()) {
      yield chunk;
      await next.promise;
      next = Promise.withResolvers();
    }
  };
  for await (const { data } of client.pingPong(requests())) {
    if (data.length !== chunk.data.length) throw new Error(`${data.length} of ${chunk.data.length} bytes came back`);
    messages++;
    next.resolve();
  }
  return messages;
}

async function slice(ms: number) {
  const { streams, stream } = loads[load] ?? fail();
  const start = performance.now();
  const isOver = (): boolean => performance.now() - start >= ms;
  const counts = await Promise.all(Array.from({ length: streams }, () => stream(isOver)));
  return { calls: counts.reduce((sum, count) => sum + count, 0), seconds: (performance.now() - start) / 1000 };
}

/** Opens streams that do nothing more after one message, and leaves them open. */
async function idle(count: number) {
  for (let opened = 0; opened < count; opened += openAtOnce)
    await Promise.all(Array.from({ length: Math.min(openAtOnce, count - opened) }, openIdle));
  return { opened: count };
}

async function openIdle(): Promise<void> {
  const requests = async function* () {
    yield smallChunk;
    await new Promise<never>(() => {});
  };
  const { value } = await client.pingPong(requests())[Symbol.asyncIterator]().next();
  if (value === undefined) throw new Error("an idle stream ended at once");
}

function fail(): never {
  throw new Error(`there is no load ${JSON.stringify(load)}`);
}

say({ ready: true });
answer(([what, number]) => (what === "idle" ? idle(Number(number)) : slice(Number(number))));
