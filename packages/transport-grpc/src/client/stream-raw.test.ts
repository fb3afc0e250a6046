import { create, toBinary } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf } from "../../testdata/echo-client.ts";
import { ChatReplySchema, Streams } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { answer, answerOnce, type RawCall, RawServer, type RawServerOptions } from "../../testdata/raw-server.ts";
import { readAll, Source } from "../../testdata/streams-client.ts";
import { frame } from "../frame.ts";
import { createGrpcTransport } from "./grpc-transport.ts";

const stacks: AsyncDisposableStack[] = [];
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack[Symbol.asyncDispose]();
});

async function against(onCall: (call: RawCall) => void, options: RawServerOptions = {}) {
  const stack = new AsyncDisposableStack();
  stacks.push(stack);
  const server = stack.use(await RawServer.start(onCall, options));
  const transport = stack.use(createGrpcTransport({ endpoint: server.endpoint, sessions: 1 }));
  return { server, transport, streams: createClient(Streams, transport) };
}

const chatFrame = (text: string) => frame(toBinary(ChatReplySchema, create(ChatReplySchema, { text })));

/** Collects what a call sends, until its end. */
async function bodyOf({ stream }: RawCall): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function* texts(...list: string[]) {
  for (const text of list) yield { text };
}

async function* none(): AsyncGenerator<never> {}

describe("what a stream sends", () => {
  it("ends with an empty DATA frame when there were no messages, which Go servers wait for", async () => {
    let endAfterHeaders: boolean | undefined;
    const { streams } = await against((call) => {
      endAfterHeaders = (call.stream as { endAfterHeaders?: boolean }).endAfterHeaders;
      bodyOf(call).then((body) => answer(call, { chunks: [frame(body)] }));
    });
    expect(await streams.sum(none())).toMatchObject({ total: 0 });
    expect(endAfterHeaders).toBe(false);
  });

  it("has no grpc-timeout unless the call asks for one", async () => {
    const { streams, server } = await against((call) => answer(call, { chunks: [] }));
    await readAll(streams.count({}));
    await readAll(streams.count({}, { timeoutMs: 3000 }));
    expect(server.calls.map(({ headers }) => headers["grpc-timeout"] !== undefined)).toEqual([false, true]);
  });
});

describe("a stream that the server did not work on", () => {
  it("is sent again, with all that was sent before", async () => {
    const bodies: string[] = [];
    const { streams, server } = await against((call) => {
      if (call.index === 0) call.stream.once("data", () => call.stream.close(7));
      else
        bodyOf(call).then((body) => {
          bodies.push(body.toString("latin1"));
          answer(call, { chunks: [chatFrame("ok")] });
        });
    });
    const requests = new Source<{ text: string }>();
    requests.push({ text: "first" });
    const replies = readAll(streams.chat(requests));
    await server.until(() => server.calls.length === 2);
    requests.push({ text: "second" });
    requests.end();
    expect(await replies).toMatchObject([{ text: "ok" }]);
    expect(bodies[0]).toMatch(/first[\s\S]*second/);
  });

  it("is not sent again once the server has answered, or when it has sent too much to be kept", async () => {
    const { streams } = await against((call) => {
      call.stream.respond({ ":status": "200", "content-type": "application/grpc" });
      call.stream.write(chatFrame("a"));
      call.stream.once("data", () => call.stream.close(7));
    });
    const requests = new Source<{ text: string }>();
    const replies = streams.chat(requests)[Symbol.asyncIterator]();
    expect((await replies.next()).value).toMatchObject({ text: "a" });
    requests.push({ text: "b" });
    expect(await failureOf(replies.next())).toMatchObject({ code: 503 });

    let received = 0;
    const large = await against(({ stream }) => {
      stream.on("data", (chunk: Buffer) => {
        received += chunk.length;
        if (received > 200_000) stream.close(7);
      });
    });
    const error = await failureOf(readAll(large.streams.chat(texts(...Array(10).fill("x".repeat(30_000))))));
    expect(error).toMatchObject({ code: 503 });
    expect(large.server.calls).toHaveLength(1);
  });
});

describe("what a server may answer", () => {
  it("an error in the first header block", async () => {
    const { streams } = await against((call) => answerOnce(call, { "grpc-status": "5", "grpc-message": "gone" }));
    expect(await failureOf(readAll(streams.count({})))).toMatchObject({ code: 404, message: "gone" });
    expect(await failureOf(streams.sum(new Source()))).toMatchObject({ code: 404, message: "gone" });
  });

  it("success in the first header block: no replies", async () => {
    const { streams } = await against((call) => answerOnce(call, { "grpc-status": "0" }));
    expect(await readAll(streams.count({}))).toEqual([]);
  });

  it("no gRPC at all", async () => {
    const { streams } = await against(({ stream }) => {
      stream.respond({ ":status": "502", "content-type": "text/html" });
      stream.end("<h1>Bad Gateway</h1>");
    });
    const error = await failureOf(readAll(streams.chat(new Source())));
    expect(error).toMatchObject({ code: 503, message: expect.stringContaining("HTTP status 502") });
  });

  it.each([
    ["messages without a status", { trailers: {} as Record<string, string> }, 500, "no grpc-status"],
    ["a broken message", { chunks: [chatFrame("a"), Buffer.from([7, 0, 0, 0, 0])] }, 500, "flags 0x7"],
    [
      "half a message",
      { chunks: [chatFrame("a"), Buffer.from([0, 0, 0, 0, 9, 1])] },
      500,
      "in the middle of a message",
    ],
  ])("%s: an error after what came before", async (_, reply, code, message) => {
    const { streams } = await against((call) => answer(call, { chunks: [chatFrame("a")], ...reply }));
    const replies = streams.chat(texts())[Symbol.asyncIterator]();
    expect((await replies.next()).value).toMatchObject({ text: "a" });
    expect(await failureOf(replies.next())).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("messages cut anywhere and joined anyhow", async () => {
    const bytes = Buffer.concat(["one", "two", "x".repeat(70_000), "", "end"].map(chatFrame));
    for (const size of [1, 2, 7, 4096, bytes.length]) {
      const small = size < 7 ? bytes.subarray(0, 20) : bytes;
      const chunks = Array.from({ length: Math.ceil(small.length / size) }, (_, i) =>
        small.subarray(i * size, (i + 1) * size),
      );
      const { streams } = await against((call) => answer(call, { chunks }));
      const replies = await readAll(streams.chat(texts()));
      expect(replies.map(({ text }) => text.length)).toEqual(size < 7 ? [3, 3] : [3, 3, 70_000, 0, 3]);
    }
  });

  it("its whole reply before the request is at its end", async () => {
    const { streams } = await against((call) => answer(call, { chunks: [chatFrame("enough")] }));
    const requests = new Source<{ text: string }>();
    requests.push({ text: "a" });
    expect(await readAll(streams.chat(requests))).toMatchObject([{ text: "enough" }]);
    await requests.left.promise;
  });

  it("two replies to a client stream, or none: 501", async () => {
    const two = await against((call) => answer(call, { chunks: [frame(new Uint8Array()), frame(new Uint8Array())] }));
    expect(await failureOf(two.streams.sum(none()))).toMatchObject({ code: 501 });
    const empty = await against((call) => answer(call, { chunks: [] }));
    expect(await failureOf(empty.streams.sum(none()))).toMatchObject({ code: 501 });
  });
});
