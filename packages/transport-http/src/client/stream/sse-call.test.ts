import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { CountRequestSchema, Streams } from "../../../testdata/gen/interop/v1/interop_pb.ts";
import { endless, event, read, sendAll, startStreams } from "../../../testdata/stream-peer.ts";
import { startTcpServer } from "../../../testdata/tcp-server.ts";
import { createHttpTransport } from "../http-transport.ts";

const { count } = Streams.method;

describe("a server's stream", () => {
  it("gives messages, headers and the error in the end", async () => {
    await using peer = await startStreams();
    const onHeader = event<Headers>();
    const stream = peer.client.count({ upto: 3, failAfter: 2, label: "é" }, { onHeader: onHeader.happens });
    const { replies, error } = await read(stream);
    expect(replies).toMatchObject([
      { $typeName: "interop.v1.CountReply", number: 1, label: "é" },
      { number: 2, label: "é" },
    ]);
    expect(error).toMatchObject({ name: "KratosError", code: 429, reason: "TOO_FAST", metadata: { after: "2" } });
    expect((await onHeader.happened).get("content-type")).toBe("text/event-stream");
  });

  it("is not cut by the transport's timeout, but by its own", async () => {
    const { count: counting } = endless();
    const slow = async function* (request: { failAfter?: number }, ctx: never) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      if (request.failAfter === 7) yield* counting(request, ctx);
      else yield { number: 1 };
    };
    await using peer = await startStreams({ service: { count: slow as never }, client: { timeoutMs: 10 } });
    expect((await read(peer.client.count({ upto: 1 }))).replies).toHaveLength(1);
    const { replies, error } = await read(peer.client.count({ upto: 1, failAfter: 7 }, { timeoutMs: 200 }));
    expect(replies).toHaveLength(2);
    expect(error).toMatchObject({ code: 504, message: "context deadline exceeded" });
  });

  it("tells the server when its signal aborts, and when its reader leaves", async () => {
    const signalled = endless();
    await using first = await startStreams({ service: { count: signalled.count } });
    const abort = new AbortController();
    const stream = first.client.count({ upto: 1 }, { signal: abort.signal })[Symbol.asyncIterator]();
    await stream.next();
    abort.abort();
    expect(await read({ [Symbol.asyncIterator]: () => stream })).toMatchObject({ error: { code: 499 } });
    expect(await signalled.left).toMatchObject({ code: 499 });

    const left = endless();
    await using second = await startStreams({ service: { count: left.count } });
    const input = sendAll(create(CountRequestSchema, { upto: 1 }));
    const response = await second.transport.stream(count, undefined, undefined, undefined, input);
    for await (const _ of response.message) break;
    expect(await left.left).toMatchObject({ code: 499 });
  });

  it("holds the server while nobody reads", async () => {
    let made = 0;
    const returned = event();
    const counting = async function* () {
      try {
        while (true) yield { number: ++made, label: "x".repeat(64 * 1024) };
      } finally {
        returned.happens();
      }
    };
    await using peer = await startStreams({ service: { count: counting } });
    const input = sendAll(create(CountRequestSchema, { upto: 1 }));
    const { message } = await peer.transport.stream(count, undefined, undefined, undefined, input);
    const iterator = message[Symbol.asyncIterator]();
    await iterator.next();
    for (let before = -1, still = 0; still < 20; before = made) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      still = made === before ? still + 1 : 0;
    }
    expect(made).toBeLessThan(500);
    for (let n = 0, waiting = made; n < waiting; n++) await iterator.next();
    await iterator.return?.();
    await returned.happened;
  });

  it("fails when a message is larger than maxBodyBytes, or is none", async () => {
    await using peer = await startStreams({ client: { maxBodyBytes: 1000 } });
    const { error } = await read(peer.client.count({ upto: 1, label: "x".repeat(2000) }));
    expect(error).toMatchObject({ code: 429, message: expect.stringContaining("maxBodyBytes (1000)") });
    const reply = "event: message\ndata: oops\n\n";
    await using server = await startTcpServer((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${reply}`),
    );
    await using transport = createHttpTransport({ endpoint: server.endpoint });
    const odd = await read(createClient(Streams, transport).count({ upto: 1 }));
    expect(odd.error).toMatchObject({ code: 500, message: expect.stringContaining("can't be decoded") });
  });

  it("is a 503 when the connection breaks, or there is none", async () => {
    const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    await using server = await startTcpServer((socket) => {
      socket.write(`${head}1c\r\nevent: message\ndata: {"numbe\r\n`, () => socket.destroy());
    });
    await using transport = createHttpTransport({ endpoint: server.endpoint });
    const { error } = await read(createClient(Streams, transport).count({ upto: 1 }));
    expect(error).toMatchObject({ code: 503, message: expect.stringContaining("broke before the reply was complete") });
    await server[Symbol.asyncDispose]();
    await using refused = createHttpTransport({ endpoint: server.endpoint });
    expect((await read(createClient(Streams, refused).count({ upto: 1 }))).error).toMatchObject({
      code: 503,
      message: expect.stringContaining(`can't connect to ${server.endpoint}`),
    });
  });

  it("is read by text codecs, also where others are binary", async () => {
    const seen: unknown[] = [];
    const server = {
      filters: [
        (request: { headers: unknown }, _: unknown, next: () => void) => {
          seen.push(request.headers);
          next();
        },
      ],
    };
    await using peer = await startStreams({ server, client: { codec: "proto" } });
    const label = "\r\n\n";
    expect((await read(peer.client.countPost({ upto: 1, label }))).replies).toMatchObject([{ number: 1, label }]);
    expect(seen[0]).toMatchObject({
      accept: "text/event-stream, application/protojson",
      "content-type": "application/proto",
    });
  });
});
