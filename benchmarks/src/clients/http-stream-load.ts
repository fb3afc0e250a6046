// Opens HTTP streams that do nothing more after one message. Its argument after the port: sse or websocket.
import { createClient } from "@connectrpc/connect";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { Streams } from "../gen/bench/v1/streams_pb.ts";
import { answer, say } from "../harness/answers.ts";
import { smallChunk } from "../streams/chunks.ts";

const [, , port, kind = ""] = process.argv;
const client = createClient(Streams, createHttpTransport({ endpoint: `http://127.0.0.1:${port}` }));
const openAtOnce = 50;

const opened: AsyncIterator<unknown>[] = [];
const open: Readonly<Record<string, () => AsyncIterable<unknown>>> = {
  sse: () => client.hold({}),
  websocket: () => client.pingPong(oneChunk()),
};

async function* oneChunk() {
  yield smallChunk;
  await new Promise<never>(() => {});
}

async function openOne(): Promise<void> {
  const replies = (open[kind] as () => AsyncIterable<unknown>)()[Symbol.asyncIterator]();
  const { done } = await replies.next();
  if (done === true) throw new Error("an idle stream ended at once");
  opened.push(replies);
}

async function idle(count: number) {
  while (opened.length < count)
    await Promise.all(Array.from({ length: Math.min(openAtOnce, count - opened.length) }, openOne));
  return { opened: opened.length };
}

say({ ready: true });
answer(([, count]) => idle(Number(count)));
