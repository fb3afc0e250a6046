import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Context, KratosError, type Service } from "@kratos-ts/core";
import type { ChatRequest, CountReplySchema, CountRequest, Streams, SumRequest } from "./gen/interop/v1/interop_pb.ts";

/** Counts, sums and chats, as the peers of the interop tests do. */
export const streams: Service<typeof Streams> = {
  count,
  countPost: count,
  countItem: count,
  async *countRaw(request, context) {
    for await (const { number, label } of count(request, context))
      yield { contentType: "text/plain", data: Buffer.from(`number ${number}\nof ${label}`) };
  },
  sum,
  sumItem: sum,
  async sumRaw(requests) {
    const parts: Uint8Array[] = [];
    for await (const part of requests) parts.push(part.data);
    const data = Buffer.concat(parts);
    return { size: BigInt(data.length), data };
  },
  chat,
  quietChat: chat,
};

async function* count(
  { upto, failAfter, label, item, plain }: CountRequest,
  _context: Context,
): AsyncGenerator<MessageInitShape<typeof CountReplySchema>> {
  for (let n = 0; ; n++) {
    if (failAfter === n) {
      if (plain) throw new Error(`plain failure after ${n}`);
      const metadata = { after: String(n) };
      throw new KratosError({ code: 429, reason: "TOO_FAST", message: `failed after ${n}`, metadata });
    }
    if (n === upto) return;
    yield { number: n + 1, label, ...(item && { item }) };
  }
}

async function sum(requests: AsyncIterable<SumRequest>) {
  const reply = { total: 0, received: 0, labels: [] as string[], itemIds: [] as string[] };
  for await (const { number, label, item, fail } of requests) {
    if (fail) throw new KratosError({ code: 400, reason: "BAD_INPUT", message: `failed at ${number}` });
    reply.total += number;
    reply.received++;
    reply.labels.push(label);
    reply.itemIds.push(item?.id ?? "");
  }
  return reply;
}

async function* chat(requests: AsyncIterable<ChatRequest>) {
  for await (const { room, text, sender, command } of requests) {
    if (command === "end") return;
    if (command === "fail") throw new KratosError({ code: 403, reason: "NOT_ALLOWED", message: `${sender} may not` });
    if (command === "plain") throw new Error(`plain failure of ${sender}`);
    yield { room, text, sender };
  }
}
