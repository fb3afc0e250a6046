import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { createClient } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { Streams, type SumRequest } from "../../../testdata/gen/interop/v1/interop_pb.ts";
import { event, openRequests, read, sendAll, startStreams, watchedChat } from "../../../testdata/stream-peer.ts";
import { startTcpServer } from "../../../testdata/tcp-server.ts";
import { createHttpTransport } from "../http-transport.ts";

const { chat } = Streams.method;

describe("a client's stream", () => {
  it("sends what it is given, slowly and at length", async () => {
    await using peer = await startStreams();
    async function* requests() {
      for (let number = 0; number < 5000; number++) {
        if (number % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
        yield { number, label: "l" };
      }
    }
    expect(await peer.client.sum(requests())).toMatchObject({ total: 12_497_500, received: 5000 });
  });

  it("is over when the server replies early: the sender is left", async () => {
    const { requests, left } = openRequests();
    await using peer = await startStreams({ service: { sum: async () => ({ total: 7 }) } });
    expect(await peer.client.sum(requests as never)).toMatchObject({ total: 7 });
    await left;
  });

  it("fails with what its requests fail with, and tells the server", async () => {
    const told = event<unknown>();
    const failing = async (requests: AsyncIterable<SumRequest>) => {
      try {
        for await (const _ of requests);
      } catch (error) {
        told.happens(error);
      }
      return {};
    };
    await using peer = await startStreams({ service: { sum: failing } });
    async function* requests() {
      yield { number: 1 };
      throw new Error("no more numbers");
    }
    await expect(peer.client.sum(requests())).rejects.toMatchObject({ code: 500, message: "no more numbers" });
    expect(await told.happened).toMatchObject({ code: 500, message: "no more numbers" });
  });

  it("fails when there is no reply", async () => {
    const server = createServer();
    const { WebSocketServer } = await import("ws");
    const webSockets = new WebSocketServer({ server });
    webSockets.on("connection", (ws) => ws.close(1000));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    await using transport = createHttpTransport({ endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}` });
    await expect(createClient(Streams, transport).sum(sendAll({ number: 1 }))).rejects.toMatchObject({
      code: 500,
      message: "/interop.v1.Streams/Sum ended without a reply",
    });
    webSockets.close();
    server.close();
  });

  it("refuses bytes that would end the stream", async () => {
    await using peer = await startStreams();
    const requests = sendAll({ data: Buffer.from("ok") }, { data: Buffer.from("\u001eend") });
    await expect(peer.client.sumRaw(requests)).rejects.toMatchObject({ code: 400, reason: "CODEC" });
  });
});

describe("a stream both ways", () => {
  it("answers message by message", async () => {
    await using peer = await startStreams();
    const next = [event(), event(), event()];
    async function* requests() {
      for (const [i, each] of next.entries()) {
        yield { room: "a", text: String(i) };
        await each.happened;
      }
    }
    const texts: string[] = [];
    for await (const { text } of peer.client.chat(requests())) {
      texts.push(text);
      next[texts.length - 1]?.happens();
    }
    expect(texts).toEqual(["0", "1", "2"]);
  });

  it("takes path values from the first message, and has a typed error", async () => {
    await using peer = await startStreams();
    const { replies, error } = await read(
      peer.client.chat(sendAll({ room: "a b é" }, { text: "x" }, { command: "fail", sender: "me" })),
    );
    expect(replies.map(({ room }) => room)).toEqual(["a b é", "a b é"]);
    expect(error).toMatchObject({ code: 403, reason: "NOT_ALLOWED", message: "me may not" });
  });

  it("tells the server when its signal aborts, its deadline passes, and its reader leaves", async () => {
    for (const options of [{ abort: true }, { timeoutMs: 500 }, {}] as { abort?: true; timeoutMs?: number }[]) {
      const { chat: chatting, left } = watchedChat();
      const { requests, left: senderLeft } = openRequests();
      await using peer = await startStreams({ service: { chat: chatting } });
      const abort = new AbortController();
      const { message } = await peer.transport.stream(chat, abort.signal, options.timeoutMs, undefined, requests);
      const iterator = message[Symbol.asyncIterator]();
      expect(await iterator.next()).toMatchObject({ value: { text: "hi" } });
      if (options.abort) abort.abort();
      else if (options.timeoutMs === undefined) await iterator.return?.();
      const code = options.abort ? 499 : 504;
      if (options.abort || options.timeoutMs) await expect(iterator.next()).rejects.toMatchObject({ code });
      expect(await left).toMatchObject({ code: 499 });
      await senderLeft;
    }
  });

  it("ends when its transport is disposed of", async () => {
    const { requests, left } = openRequests();
    await using peer = await startStreams();
    const stream = peer.client.chat(requests as never)[Symbol.asyncIterator]();
    await stream.next();
    const next = stream.next();
    const events = peer.client.count({ upto: 1_000_000, label: "x".repeat(1000) })[Symbol.asyncIterator]();
    await events.next();
    await peer.transport[Symbol.asyncDispose]();
    await expect(next).rejects.toMatchObject({ code: 499, message: "the transport was closed" });
    expect((await read({ [Symbol.asyncIterator]: () => events })).error).toMatchObject({ code: 499 });
    await left;
    await expect(peer.client.sum(sendAll())).rejects.toMatchObject({ code: 499 });
  });

  it("ends with 504 when it is idle for too long", async () => {
    const { requests } = openRequests();
    await using peer = await startStreams({ client: { streamIdleTimeoutMs: 200 } });
    const { replies, error } = await read(peer.client.chat(requests as never));
    expect(replies).toHaveLength(1);
    expect(error).toMatchObject({ code: 504, message: expect.stringContaining("streamIdleTimeoutMs") });
  });

  it("is cancelled before its first message", async () => {
    await using peer = await startStreams();
    const left = event();
    const waiting = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          left.happens();
          return { done: true as const, value: undefined };
        },
      }),
    };
    const { error } = await read(peer.client.chat(waiting, { timeoutMs: 20 }));
    expect(error).toMatchObject({ code: 504 });
    await left.happened;
  });

  it("fails with why the handshake was refused, or that there was none", async () => {
    await using peer = await startStreams();
    await using elsewhere = createHttpTransport({ endpoint: `${peer.endpoint}/base` });
    const { error } = await read(createClient(Streams, elsewhere).chat(sendAll({ room: "a" })));
    expect(error).toMatchObject({ code: 404, reason: "ROUTE_NOT_FOUND", message: "no route for GET /base/v1/chat/a" });
    await using silent = await startTcpServer(() => {});
    await using late = createHttpTransport({ endpoint: silent.endpoint, connectTimeoutMs: 30 });
    await expect(createClient(Streams, late).sum(sendAll())).rejects.toMatchObject({
      code: 503,
      message: expect.stringContaining("within connectTimeoutMs (30 ms)"),
    });
  });

  it("reads what a server said that closed while it was being sent to", async () => {
    // As Go's: it closes at once, with messages unread, so that the system resets the connection.
    const { createHash } = await import("node:crypto");
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (head) => {
        const [, key] = /sec-websocket-key: (.*)\r\n/i.exec(head.toString()) as unknown as [string, string];
        const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
        );
        socket.pause();
        // What is sent meanwhile stays unread, so that the system answers more of it with a reset.
        setTimeout(() => {
          socket.write(Buffer.from([0x81, 0x02, 0x7b, 0x7d, 0x88, 0x02, 0x03, 0xe8]), () => socket.destroy());
        }, 20);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    await using transport = createHttpTransport({ endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}` });
    const requests = {
      async *[Symbol.asyncIterator]() {
        while (true) {
          yield { room: "a", text: "x" };
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    };
    // Busy, so that the writes are refused before anything is read.
    const { message } = await transport.stream(chat, undefined, undefined, undefined, requests);
    expect(await read(message)).toMatchObject({ replies: [{ text: "" }], error: undefined });
    server.close();
  });
});
