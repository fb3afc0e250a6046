import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ChatRequestSchema, CountRequestSchema, SumRequestSchema } from "../gen/interop/v1/interop_pb.ts";
import { streamsService } from "./streams.ts";

// What the handlers do by themselves; the matrix has them over the wire.

async function* messages<D extends DescMessage>(type: D, ...inits: MessageInitShape<D>[]) {
  for (const init of inits) yield create(type, init);
}

async function read(stream: AsyncIterable<unknown>): Promise<{ replies: unknown[]; error: unknown }> {
  const replies: unknown[] = [];
  try {
    for await (const reply of stream) replies.push(reply);
    return { replies, error: undefined };
  } catch (error) {
    return { replies, error };
  }
}

describe("count", () => {
  const count = (init: MessageInitShape<typeof CountRequestSchema>) =>
    read(streamsService.count(create(CountRequestSchema, init)));

  test("counts up to the number that it is given", async () => {
    expect(await count({ upto: 2, label: "l" })).toEqual({
      replies: [
        { number: 1, label: "l" },
        { number: 2, label: "l" },
      ],
      error: undefined,
    });
  });

  test("fails after as many messages as it is told", async () => {
    const { replies, error } = await count({ upto: 3, failAfter: 1 });
    expect(replies).toHaveLength(1);
    expect(error).toMatchObject({ code: 429, reason: "TOO_FAST", message: "failed after 1", metadata: { after: "1" } });
    expect((await count({ upto: 3, failAfter: 0, plain: true })).error).toEqual(new Error("plain failure after 0"));
  });
});

test("sum adds up what is sent, and fails at a message that says so", async () => {
  const sent = messages(SumRequestSchema, { number: 1, label: "a" }, { number: 2, item: { id: "7" } });
  expect(await streamsService.sum(sent)).toEqual({ total: 3, received: 2, labels: ["a", ""], itemIds: ["", "7"] });
  await expect(streamsService.sum(messages(SumRequestSchema, { number: 5, fail: true }))).rejects.toMatchObject({
    code: 400,
    message: "failed at 5",
  });
});

test("chat echoes until it is told to end or to fail", async () => {
  const chat = (command: string) =>
    read(streamsService.chat(messages(ChatRequestSchema, { text: "hi" }, { command, sender: "me" }, { text: "more" })));
  expect(await chat("end")).toEqual({ replies: [{ room: "", text: "hi", sender: "" }], error: undefined });
  expect((await chat("fail")).error).toMatchObject({ code: 403, reason: "NOT_ALLOWED", message: "me may not" });
  expect((await chat("plain")).error).toEqual(new Error("plain failure of me"));
  expect((await chat("panic")).error).toBeInstanceOf(TypeError);
});
