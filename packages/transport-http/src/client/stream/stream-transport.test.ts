import { readFile } from "node:fs/promises";
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import type { DoneInfo, KratosError, Middleware, Node, Resolver } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { type ChatReply, ChatRequestSchema, Streams } from "../../../testdata/gen/interop/v1/interop_pb.ts";
import { endless, read, sendAll, startStreams } from "../../../testdata/stream-peer.ts";
import { createHttpTransport } from "../http-transport.ts";

const { sum } = Streams.method;

describe("every stream", () => {
  it("runs the middleware once, which sees and wraps messages", async () => {
    const seen: unknown[] = [];
    const middleware: Middleware = (next, info) => async (req, ctx) => {
      seen.push([info.side, info.operation, ctx.transport?.requestMethod]);
      ctx.transport?.requestHeader.set("x-md-a", "1");
      const wrapped = Symbol.asyncIterator in req ? louder(req) : { ...req, label: "louder" };
      const reply = await next(wrapped, ctx);
      seen.push(ctx.transport?.replyHeader.get("connection"));
      return info.method?.methodKind === "bidi_streaming" ? louder(reply) : reply;
    };
    async function* louder(messages: AsyncIterable<{ text: string }>) {
      for await (const message of messages) yield { ...message, text: `${message.text}!` };
    }
    await using peer = await startStreams({ client: { middleware: [middleware] } });
    const { replies } = await read<ChatReply>(
      peer.client.chat(sendAll(create(ChatRequestSchema, { room: "a", text: "hi" }))),
    );
    expect(replies.map(({ text }) => text)).toEqual(["hi!!"]);
    expect((await read(peer.client.count({ upto: 1 }))).replies).toMatchObject([{ label: "louder" }]);
    expect(await peer.client.sum(sendAll({ number: 1 }))).toMatchObject({ total: 1 });
    expect(seen).toEqual([
      ["client", "/interop.v1.Streams/Chat", "GET"],
      "Upgrade",
      ["client", "/interop.v1.Streams/Count", "GET"],
      "keep-alive",
      ["client", "/interop.v1.Streams/Sum", "GET"],
      "Upgrade",
    ]);
  });

  it("ends with the error of a middleware, and leaves what was open", async () => {
    const { count: counting, left } = endless();
    const middleware: Middleware = (next) => async (req, ctx) => {
      await next(req, ctx);
      throw new Error("no");
    };
    await using peer = await startStreams({ service: { count: counting }, client: { middleware: [middleware] } });
    expect((await read(peer.client.count({ upto: 1 }))).error).toMatchObject({ code: 500, message: "no" });
    expect(await left).toMatchObject({ code: 499 });
  });

  it("needs a rule", async () => {
    await using peer = await startStreams();
    const { error } = await read(peer.client.quietChat(sendAll({ text: "x" })));
    expect((error as KratosError).message).toBe(
      "/interop.v1.Streams/QuietChat has no google.api.http rule: streams without one go over gRPC alone",
    );
  });

  it("works over TLS and Unix sockets", async () => {
    const [key, cert] = await Promise.all(
      ["key", "cert"].map((part) => readFile(new URL(`../../../testdata/tls/localhost.${part}.pem`, import.meta.url))),
    );
    const tls = { ca: cert as Buffer, servername: "localhost" };
    await using secure = await startStreams({ server: { tls: { key, cert } }, client: { tls } });
    await using local = await startStreams({ server: { address: `unix:/tmp/kratos-streams-${process.pid}.sock` } });
    for (const { client } of [secure, local]) {
      expect((await read(client.count({ upto: 2 }))).replies).toHaveLength(2);
      expect(await client.sum(sendAll({ number: 1 }, { number: 2 }))).toMatchObject({ total: 3 });
    }
  });

  it("is told to the balancer once, when it ends", async () => {
    await using peer = await startStreams();
    const done: DoneInfo[] = [];
    const address = new URL(peer.endpoint).host;
    const node = {
      scheme: "http",
      address,
      serviceName: "s",
      version: "",
      initialWeight: undefined,
      metadata: {},
    } as Node;
    const resolver: Resolver = {
      resolve: () => ({
        pick: async () => ({ node, done: (info) => done.push(info) }),
        async [Symbol.asyncDispose]() {},
      }),
    };
    await using transport = createHttpTransport({ endpoint: "discovery:///s", resolver });
    const client = createClient(Streams, transport);
    const stream = client.count({ upto: 1 })[Symbol.asyncIterator]();
    await stream.next();
    expect((await stream.next()).done).toBe(true);
    expect(done).toEqual([{}]);
    await client.sum(sendAll({ number: 1 }));
    await read(client.chat(sendAll({ room: "a", command: "fail" })));
    await read(client.count({ upto: 2, failAfter: 0 }));
    await read(client.chat(sendAll()));
    expect(done.map(({ error }) => (error as KratosError | undefined)?.code)).toEqual([
      undefined,
      undefined,
      403,
      429,
      400,
    ]);
  });

  it("goes over connections that are used again", async () => {
    await using peer = await startStreams();
    for (let n = 0; n < 3; n++) await read(peer.client.count({ upto: 1 }));
    await using other = createHttpTransport({ endpoint: peer.endpoint });
    const input = sendAll({ number: 1 });
    const reply = await other.stream(sum, undefined, undefined, { "x-a": "1" }, input);
    for await (const { total } of reply.message) expect(total).toBe(1);
  });
});
