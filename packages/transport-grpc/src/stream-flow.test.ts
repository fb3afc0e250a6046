import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { ChatRequest, CountRequest } from "../testdata/gen/interop/v1/interop_pb.ts";
import { readAll, startPair } from "../testdata/streams-client.ts";

const mebibyte = 1024 * 1024;

/** Resolves when a number has not changed for many turns of the event loop. */
async function settled(count: () => number): Promise<number> {
  let last = -1;
  for (let calm = 0; calm < 50; calm++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (count() !== last) calm = 0;
    last = count();
  }
  return last;
}

/** Yields so many messages of so many bytes, and counts those that were asked for. */
function producer(options: { count: number; bytes: number }) {
  const made = { count: 0 };
  const data = new Uint8Array(options.bytes).fill(7);
  async function* messages() {
    while (made.count < options.count) {
      made.count++;
      yield { contentType: "b", data };
    }
  }
  return { made, messages };
}

describe("a slow reader holds the writer", () => {
  // 64 MiB in all; the windows take 1 MiB, and each side's buffers some more.
  const options = { count: 1024, bytes: 64 * 1024 };
  const most = 64;

  it("of a server stream, until it reads on", async () => {
    const { made, messages } = producer(options);
    await using pair = await startPair({ implementation: { countRaw: messages } });
    const replies = pair.streams.countRaw({})[Symbol.asyncIterator]();
    await replies.next();
    expect(await settled(() => made.count)).toBeLessThan(most);
    let read = 1;
    while (!(await replies.next()).done) read++;
    expect([read, made.count]).toEqual([options.count, options.count]);
  });

  it("of a client stream, until it reads on", async () => {
    const { made, messages } = producer(options);
    const gate = Promise.withResolvers<void>();
    const sumRaw = async (requests: AsyncIterable<{ data: Uint8Array }>) => {
      let size = 0;
      for await (const { data } of requests) {
        if (size === 0) await gate.promise;
        size += data.length;
      }
      return { size: BigInt(size) };
    };
    await using pair = await startPair({ implementation: { sumRaw } });
    const reply = pair.streams.sumRaw(messages());
    expect(await settled(() => made.count)).toBeLessThan(most);
    gate.resolve();
    expect((await reply).size).toBe(BigInt(options.count * options.bytes));
  });

  it("through a server that echoes, in both directions at once", async () => {
    let sent = 0;
    async function* requests() {
      const text = "x".repeat(options.bytes);
      for (; sent < options.count; sent++) yield { text };
    }
    await using pair = await startPair();
    const replies = pair.streams.chat(requests())[Symbol.asyncIterator]();
    await replies.next();
    expect(await settled(() => sent)).toBeLessThan(2 * most);
    let read = 1;
    while (!(await replies.next()).done) read++;
    expect(read).toBe(options.count);
  });

  it("the sooner, the smaller the window is", async () => {
    const window = { streamWindowBytes: 65_535 };
    const { made, messages } = producer(options);
    await using pair = await startPair({ implementation: { countRaw: messages }, client: window });
    const replies = pair.streams.countRaw({})[Symbol.asyncIterator]();
    await replies.next();
    // The window of 1 MiB would take 16 more.
    expect(await settled(() => made.count)).toBeLessThan(12);
  });

  it("and holds nobody else on the same connection", async () => {
    const { made, messages } = producer(options);
    await using pair = await startPair({ implementation: { countRaw: messages }, client: { sessions: 1 } });
    const slow = Array.from({ length: 8 }, () => pair.streams.countRaw({})[Symbol.asyncIterator]());
    await Promise.all(slow.map((replies) => replies.next()));
    await settled(() => made.count);
    expect((await readAll(pair.streams.count({ upto: 1000, label: "y".repeat(100) }))).length).toBe(1000);
  });

  it("that never looks at its requests, too", async () => {
    const { made, messages } = producer(options);
    const gate = Promise.withResolvers<void>();
    const sumRaw = () => gate.promise.then(() => ({}));
    await using pair = await startPair({ implementation: { sumRaw } });
    const reply = pair.streams.sumRaw(messages());
    expect(await settled(() => made.count)).toBeLessThan(most);
    gate.resolve();
    await reply;
    expect(made.count).toBeLessThan(most);
  });
});

describe("a server that reads no further", () => {
  it("lets the rest pass, so that its caller is not stuck", async () => {
    const chat = async function* (requests: AsyncIterable<ChatRequest>) {
      for await (const { text } of requests) {
        yield { text };
        break;
      }
      yield { text: "enough" };
    };
    await using pair = await startPair({ implementation: { chat } });
    const text = "x".repeat(64 * 1024);
    async function* requests() {
      for (let i = 0; i < 200; i++) yield { text };
    }
    const replies = await readAll(pair.streams.chat(requests()));
    expect(replies.map((reply) => reply.text.length)).toEqual([text.length, 6]);
  });
});

describe("memory", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;

  /** The most that is held, garbage aside, beyond what was held at first, in MiB. */
  function memoryWatch(): { look(): Promise<void>; readonly growth: number } {
    const held: number[] = [];
    let looks = 0;
    return {
      async look() {
        if (++looks % 128 !== 0) return;
        // Buffers are freed some time after the collection that finds them.
        collect();
        await new Promise((resolve) => setImmediate(resolve));
        collect();
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        held.push(heapUsed + arrayBuffers);
      },
      get growth() {
        return (Math.max(...held) - (held[0] as number)) / mebibyte;
      },
    };
  }

  it("stays flat while 256 MiB flow from the server", { timeout: 20_000 }, async () => {
    const { messages } = producer({ count: 512, bytes: 512 * 1024 });
    await using pair = await startPair({ implementation: { countRaw: messages } });
    const watch = memoryWatch();
    let read = 0;
    for await (const { data } of pair.streams.countRaw({})) {
      read += data.length;
      await watch.look();
    }
    expect(read).toBe(256 * mebibyte);
    expect(watch.growth).toBeLessThan(16);
  });

  it("stays flat while 256 MiB flow to the server", { timeout: 20_000 }, async () => {
    const { messages } = producer({ count: 512, bytes: 512 * 1024 });
    const watch = memoryWatch();
    const sumRaw = async (requests: AsyncIterable<{ data: Uint8Array }>) => {
      let size = 0;
      for await (const { data } of requests) {
        size += data.length;
        await watch.look();
      }
      return { size: BigInt(size) };
    };
    await using pair = await startPair({ implementation: { sumRaw } });
    expect((await pair.streams.sumRaw(messages())).size).toBe(BigInt(256 * mebibyte));
    expect(watch.growth).toBeLessThan(16);
  });

  it("is not kept by streams that have ended", async () => {
    const count = async function* ({ upto }: CountRequest) {
      for (let number = 1; number <= upto; number++) yield { number, label: "x".repeat(1000) };
    };
    await using pair = await startPair({ implementation: { count } });
    const run = async (times: number) => {
      for (let i = 0; i < times; i++) await readAll(pair.streams.count({ upto: 10 }));
    };
    const held = async () => {
      // What finalizers let go is collected by the next one.
      for (let i = 0; i < 3; i++) {
        collect();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return process.memoryUsage().heapUsed;
    };
    await run(200);
    const before = await held();
    await run(1000);
    expect(((await held()) - before) / 1000).toBeLessThan(500);
  });
});
