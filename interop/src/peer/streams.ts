import { setTimeout as delay } from "node:timers/promises";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Service } from "@kratos-ts/core";
import {
  type ChatRequest,
  type CountReplySchema,
  type CountRequest,
  ErrorReason,
  type Streams,
  type SumRequest,
} from "../gen/interop/v1/interop_pb.ts";
import { errorOfReason } from "./error-reasons.ts";

/** Counts, sums and chats. */
export const streamsService = {
  count,
  countPost: count,
  countItem: count,
  async *countRaw(request) {
    for await (const { number, label } of count(request))
      yield { contentType: "text/plain", data: new TextEncoder().encode(`number ${number}\nof ${label}`) };
  },
  sum,
  sumItem: sum,
  async sumRaw(requests) {
    const parts: Uint8Array[] = [];
    let contentType = "";
    for await (const part of requests) {
      contentType = part.contentType;
      parts.push(part.data);
    }
    const data = Buffer.concat(parts);
    return { contentType, size: BigInt(data.length), data };
  },
  chat,
  quietChat: chat,
} satisfies Service<typeof Streams>;

async function* count(request: CountRequest): AsyncGenerator<MessageInitShape<typeof CountReplySchema>> {
  const { upto, failAfter, label, delayMillis, item, plain } = request;
  for (let n = 0; ; n++) {
    if (failAfter === n) {
      if (plain) throw new Error(`plain failure after ${n}`);
      throw errorOfReason(ErrorReason.TOO_FAST, `failed after ${n}`, { after: String(n) });
    }
    if (n === upto) return;
    if (delayMillis > 0) await delay(delayMillis);
    yield { number: n + 1, label, ...(item && { item }) };
  }
}

async function sum(requests: AsyncIterable<SumRequest>) {
  const reply = { total: 0, received: 0, labels: [] as string[], itemIds: [] as string[] };
  for await (const { number, label, item, fail } of requests) {
    if (fail) throw errorOfReason(ErrorReason.BAD_INPUT, `failed at ${number}`);
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
    if (command === "fail") throw errorOfReason(ErrorReason.NOT_ALLOWED, `${sender} may not`);
    if (command === "plain") throw new Error(`plain failure of ${sender}`);
    if (command === "panic") throw new TypeError("asked to");
    yield { room, text, sender };
  }
}
