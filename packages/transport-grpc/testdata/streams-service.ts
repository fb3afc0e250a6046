import type { MessageInitShape } from "@bufbuild/protobuf";
import { KratosError, type Service } from "@kratos-ts/core";
import type {
  ChatRequest,
  CountReplySchema,
  CountRequest,
  Streams,
  SumReplySchema,
  SumRequest,
} from "./gen/interop/v1/interop_pb.ts";

/** The methods of `interop.v1.Streams` that the tests of this package call. */
export const streams = {
  async *count({ upto, failAfter, label }: CountRequest): AsyncGenerator<MessageInitShape<typeof CountReplySchema>> {
    for (let n = 0; ; n++) {
      if (failAfter === n)
        throw new KratosError({ code: 429, reason: "TOO_FAST", message: `failed after ${n}`, metadata: { n: `${n}` } });
      if (n === upto) return;
      yield { number: n + 1, label };
    }
  },
  async sum(requests: AsyncIterable<SumRequest>): Promise<MessageInitShape<typeof SumReplySchema>> {
    const reply = { total: 0, received: 0 };
    for await (const { number, fail } of requests) {
      if (fail) throw new KratosError({ code: 400, reason: "BAD_INPUT", message: `failed at ${number}` });
      reply.total += number;
      reply.received++;
    }
    return reply;
  },
  async *chat(requests: AsyncIterable<ChatRequest>) {
    for await (const { room, text, sender, command } of requests) {
      if (command === "end") return;
      if (command === "fail") throw new KratosError({ code: 403, reason: "NOT_ALLOWED", message: `${sender} may not` });
      yield { room, text, sender };
    }
  },
} satisfies Partial<Service<typeof Streams>>;
