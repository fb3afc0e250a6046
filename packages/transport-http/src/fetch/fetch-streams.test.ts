import { createClient } from "@connectrpc/connect";
import type { KratosError } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { Streams } from "../../testdata/gen/interop/v1/interop_pb.ts";
import {
  endless,
  event,
  openRequests,
  read,
  type StreamPeerOptions,
  sendAll,
  startStreams,
  watchedChat,
} from "../../testdata/stream-peer.ts";
import { createHttpTransport, type FetchTransportOptions } from "./fetch-transport.ts";

type Options = Omit<StreamPeerOptions, "client"> & { client?: Omit<FetchTransportOptions, "endpoint"> };

async function setUp({ client, ...options }: Options = {}) {
  const peer = await startStreams(options);
  const transport = createHttpTransport({ endpoint: peer.endpoint, ...client });
  return {
    transport,
    client: createClient(Streams, transport),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await peer[Symbol.asyncDispose]();
    },
  };
}

describe("a server's stream over fetch", () => {
  it("gives its replies, whatever the verb", async () => {
    await using peer = await setUp();
    for (const call of [peer.client.count, peer.client.countPost]) {
      const { replies, error } = await read(call({ upto: 3, label: "ü" }));
      expect(error).toBeUndefined();
      expect(replies.map(({ number, label }) => [number, label])).toEqual([1, 2, 3].map((n) => [n, "ü"]));
    }
    expect((await read(peer.client.countRaw({ upto: 1, label: "a" }))).replies).toMatchObject([
      { data: new TextEncoder().encode("number 1\nof a") },
    ]);
  });

  it("ends with the server's error, before and after its replies", async () => {
    await using peer = await setUp();
    for (const failAfter of [1, 2]) {
      const { replies, error } = await read(peer.client.count({ upto: 3, failAfter }));
      expect(replies).toHaveLength(failAfter);
      expect(error).toMatchObject({ code: 429, reason: "TOO_FAST", metadata: { after: String(failAfter) } });
    }
  });

  it("is left on the server when its reader leaves, it is cancelled, or its transport closes", async () => {
    const leaving: ((peer: Awaited<ReturnType<typeof setUp>>, controller: AbortController) => unknown)[] = [
      (_, controller) => controller.abort(),
      ({ transport }) => transport[Symbol.asyncDispose](),
    ];
    for (const leave of leaving) {
      const { count, left } = endless();
      await using peer = await setUp({ service: { count } });
      const controller = new AbortController();
      const replies = peer.client.count({ upto: 1 }, { signal: controller.signal })[Symbol.asyncIterator]();
      expect((await replies.next()).value).toMatchObject({ number: 1 });
      await leave(peer, controller);
      await expect(read({ [Symbol.asyncIterator]: () => replies })).resolves.toMatchObject({ error: { code: 499 } });
      expect(await left).toMatchObject({ code: 499 });
    }
  });

  it("ends with 504 when it is idle for too long, and at the call's own timeout", async () => {
    const { count } = endless();
    await using peer = await setUp({ service: { count }, client: { streamIdleTimeoutMs: 50 } });
    expect((await read(peer.client.count({ upto: 1 }))).error).toMatchObject({ code: 504 });
    await using other = await setUp({ service: { count } });
    expect((await read(other.client.count({ upto: 1 }, { timeoutMs: 50 }))).error).toMatchObject({ code: 504 });
  });

  it("fails for a message beyond maxBodyBytes", async () => {
    await using peer = await setUp({ client: { maxBodyBytes: 100 } });
    const { error } = await read(peer.client.countPost({ upto: 1, label: "x".repeat(200) }));
    expect(error).toMatchObject({ code: 429, message: expect.stringContaining("larger than maxBodyBytes (100)") });
  });

  it("holds the server while nobody reads", async () => {
    let given = 0;
    async function* count() {
      for (; given < 20_000; given++) yield { number: given, label: "x".repeat(1000) };
    }
    await using peer = await setUp({ service: { count } });
    const replies = peer.client.count({ upto: 1 })[Symbol.asyncIterator]();
    await replies.next();
    let before = -1;
    while (before !== given) {
      before = given;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(given).toBeLessThan(20_000);
    let all = 1;
    for await (const _ of { [Symbol.asyncIterator]: () => replies }) all++;
    expect(all).toBe(20_000);
  });
});

describe("a stream over a WebSocket of the runtime", () => {
  it("sends many and gets one reply", async () => {
    await using peer = await setUp();
    expect(await peer.client.sum(sendAll({ number: 1 }, { number: 2 }, { number: 3 }))).toMatchObject({ total: 6 });
    const item = (number: number) => ({ label: "a", item: { id: String(number) }, number });
    await peer.client.sumItem(sendAll(item(1), item(2)));
    expect(
      await peer.client.sumRaw(sendAll({ data: new Uint8Array([0, 255]) }, { data: new Uint8Array([1]) })),
    ).toMatchObject({ size: 3n });
  });

  it("sends and receives in turns", async () => {
    await using peer = await setUp();
    const texts = ["a", "ü", "x".repeat(100_000)];
    const { replies, error } = await read(peer.client.chat(sendAll(...texts.map((text) => ({ room: "r", text })))));
    expect(error).toBeUndefined();
    expect(replies.map(({ text }) => text)).toEqual(texts);
  });

  it("ends with the server's error, typed", async () => {
    const failing = async (): Promise<never> => {
      const { KratosError } = await import("@kratos-ts/core");
      throw new KratosError({ code: 403, reason: "NOT_ALLOWED", message: "no", metadata: { a: "1" } });
    };
    await using peer = await setUp({ service: { sum: failing } });
    await expect(peer.client.sum(sendAll({ number: 1 }))).rejects.toMatchObject({
      code: 403,
      reason: "NOT_ALLOWED",
      message: "no",
      metadata: { a: "1" },
    });
  });

  it("is left on the server when it is cancelled, its requests fail, or its transport closes", async () => {
    const boom = new Error("boom");
    async function* failing() {
      yield { room: "a", text: "hi" };
      throw boom;
    }
    for (const way of ["abort", "close", "fail"] as const) {
      const { chat, left } = watchedChat();
      await using peer = await setUp({ service: { chat } });
      const { requests, left: requestsLeft } = openRequests();
      const controller = new AbortController();
      const call = peer.client.chat(way === "fail" ? failing() : requests, { signal: controller.signal });
      const replies = call[Symbol.asyncIterator]();
      const first = await replies.next().catch((error: unknown) => error);
      if (way === "abort") controller.abort();
      if (way === "close") await peer.transport[Symbol.asyncDispose]();
      const { error } = await read({ [Symbol.asyncIterator]: () => replies });
      const failure = first instanceof Error ? first : error;
      expect(failure).toMatchObject(way === "fail" ? { code: 500, message: "boom" } : { code: 499 });
      if (way !== "fail") await requestsLeft;
      await left;
    }
  });

  it("fails when there is no server", async () => {
    const peer = await setUp();
    const { client } = peer;
    await using transport = createHttpTransport({ endpoint: "http://127.0.0.1:1" });
    const error = await createClient(Streams, transport)
      .sum(sendAll({ number: 1 }))
      .catch((thrown: KratosError) => thrown);
    expect(error).toMatchObject({ code: 503, message: expect.stringContaining("no WebSocket to http://127.0.0.1:1") });
    await peer[Symbol.asyncDispose]();
    await expect(client.sum(sendAll({ number: 1 }))).rejects.toMatchObject({ code: 499 });
  });

  it("refuses headers, which it can't send, unless openWebSocket can", async () => {
    await using peer = await setUp();
    const headers = { authorization: "x" };
    await expect(peer.client.sum(sendAll({ number: 1 }), { headers })).rejects.toMatchObject({
      code: 400,
      message: expect.stringMatching(/WebSocket, which can't send headers here \(authorization\)/),
    });
    const seen: Headers[] = [];
    const openWebSocket = (url: string, given: Headers): WebSocket => {
      seen.push(given);
      return new WebSocket(url);
    };
    await using other = await setUp({ client: { openWebSocket } });
    await other.client.sum(sendAll({ number: 1 }), { headers });
    expect(seen[0]?.get("authorization")).toBe("x");
  });

  it("leaves a server that never stops sending, and never waits", async () => {
    const left = event();
    async function* chat() {
      try {
        while (true) yield { text: "x".repeat(900) };
      } finally {
        left.happens();
      }
    }
    await using peer = await setUp({ service: { chat }, client: { maxBodyBytes: 1000 } });
    const replies = peer.client.chat(sendAll({ room: "a" }))[Symbol.asyncIterator]();
    await replies.next();
    await left.happened;
  });

  it("fails for a message beyond maxBodyBytes, and for a reader that is too slow", async () => {
    async function* chat() {
      for (let i = 0; i < 100; i++) yield { text: "x".repeat(900) };
    }
    const closed = event();
    const openWebSocket = (url: string): WebSocket => {
      const ws = new WebSocket(url);
      ws.addEventListener("close", () => closed.happens());
      return ws;
    };
    await using peer = await setUp({ service: { chat }, client: { maxBodyBytes: 1000, openWebSocket } });
    const replies = peer.client.chat(sendAll({ room: "a" }))[Symbol.asyncIterator]();
    await replies.next();
    await closed.happened;
    const { error } = await read({ [Symbol.asyncIterator]: () => replies });
    expect(error).toMatchObject({ code: 429, message: expect.stringContaining("wait to be read") });
    await using small = await setUp({ service: { chat }, client: { maxBodyBytes: 100 } });
    expect((await read(small.client.chat(sendAll({ room: "a" })))).error).toMatchObject({
      code: 429,
      message: expect.stringContaining("a message of"),
    });
  });
});
