import {
  createContextKey,
  currentContext,
  errorForbidden,
  type Middleware,
  type ServiceContext,
} from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { failureOf } from "../testdata/echo-client.ts";
import type { ChatRequest, CountRequest, SumRequest } from "../testdata/gen/interop/v1/interop_pb.ts";
import { readAll, Source, startPair } from "../testdata/streams-client.ts";

async function* numbers(...list: number[]): AsyncGenerator<{ number: number }> {
  for (const number of list) yield { number };
}

describe("the three kinds of streams", () => {
  it("server: one request, many replies", async () => {
    await using pair = await startPair();
    const replies = await readAll(pair.streams.count({ upto: 3, label: "l" }));
    expect(replies.map(({ number, label }) => [number, label])).toEqual([
      [1, "l"],
      [2, "l"],
      [3, "l"],
    ]);
    expect(await readAll(pair.streams.count({ upto: 0 }))).toEqual([]);
  });

  it("client: many requests, one reply", async () => {
    await using pair = await startPair();
    expect(await pair.streams.sum(numbers(1, 2, 3))).toMatchObject({ total: 6, received: 3 });
    expect(await pair.streams.sum(numbers())).toMatchObject({ total: 0, received: 0 });
  });

  it("bidirectional: a reply arrives before the next request is made", async () => {
    await using pair = await startPair();
    const requests = new Source<{ text: string }>();
    const replies = pair.streams.chat(requests)[Symbol.asyncIterator]();
    for (const text of ["a", "b", "c"]) {
      requests.push({ text });
      expect((await replies.next()).value).toMatchObject({ text });
    }
    requests.end();
    expect(await replies.next()).toMatchObject({ done: true });
  });

  it("bidirectional: the server may end first, and the producer is told", async () => {
    await using pair = await startPair();
    const requests = new Source<{ command: string }>();
    requests.push({ command: "end" });
    expect(await readAll(pair.streams.chat(requests))).toEqual([]);
    await requests.left.promise;
  });

  it("many at once on one connection do not disturb each other", async () => {
    await using pair = await startPair({ client: { sessions: 1 } });
    const calls = Array.from({ length: 200 }, async (_, i) => {
      if (i % 3 === 0) return (await readAll(pair.streams.count({ upto: 20 }))).length;
      if (i % 3 === 1) return (await pair.streams.sum(numbers(...Array(20).keys()))).received;
      const failure = await failureOf(readAll(pair.streams.count({ upto: 20, failAfter: 10 })));
      return failure.code;
    });
    const results = await Promise.all(calls);
    expect(results).toEqual(results.map((_, i) => (i % 3 === 2 ? 429 : 20)));
  });
});

describe("errors", () => {
  it("in the middle arrive after the messages before them, with all their parts", async () => {
    await using pair = await startPair();
    const numbers: number[] = [];
    const error = await failureOf(
      (async () => {
        for await (const { number } of pair.streams.count({ upto: 5, failAfter: 2 })) numbers.push(number);
      })(),
    );
    expect(numbers).toEqual([1, 2]);
    expect(error).toMatchObject({ code: 429, reason: "TOO_FAST", message: "failed after 2", metadata: { n: "2" } });
  });

  it("before the first message, and of a client stream, arrive too", async () => {
    await using pair = await startPair();
    const early = await failureOf(readAll(pair.streams.count({ upto: 5, failAfter: 0 })));
    expect(early).toMatchObject({ code: 429, reason: "TOO_FAST", message: "failed after 0" });
    async function* failing() {
      yield { number: 7, fail: true };
      yield { number: 8 };
    }
    expect(await failureOf(pair.streams.sum(failing()))).toMatchObject({ code: 400, reason: "BAD_INPUT" });
  });

  it("of the caller's producer end the call with them", async () => {
    const began = Promise.withResolvers<void>();
    const seen = Promise.withResolvers<unknown>();
    const sum = async (requests: AsyncIterable<SumRequest>) => {
      try {
        for await (const _ of requests) began.resolve();
      } catch (error) {
        seen.resolve(error);
      }
      return {};
    };
    await using pair = await startPair({ implementation: { sum } });
    async function* broken() {
      yield { number: 1 };
      await began.promise;
      throw new TypeError("no more numbers");
    }
    expect(await failureOf(pair.streams.sum(broken()))).toMatchObject({ code: 500, message: "no more numbers" });
    expect(await seen.promise).toMatchObject({ code: 499 });
  });

  it("of a message that can't be encoded end its call on either side", async () => {
    const count = async function* () {
      yield { number: 1 };
      yield { number: "two" };
    };
    await using pair = await startPair({ implementation: { count } });
    const got: number[] = [];
    const error = await failureOf(
      (async () => {
        for await (const { number } of pair.streams.count({})) got.push(number);
      })(),
    );
    expect(got).toEqual([1]);
    expect(error).toMatchObject({
      code: 500,
      message: expect.stringContaining("can't be encoded as interop.v1.CountReply"),
    });
    async function* wrong() {
      yield { number: "one" } as never;
    }
    expect(await failureOf(pair.streams.sum(wrong()))).toMatchObject({ code: 400, reason: "CODEC" });
    expect(await failureOf(readAll(pair.streams.count({ upto: "x" } as never)))).toMatchObject({ code: 400 });
  });

  it("of an implementation that returns no stream say so", async () => {
    await using pair = await startPair({ implementation: { count: () => undefined, sum: undefined } });
    const error = await failureOf(readAll(pair.streams.count({})));
    expect(error.message).toBe("the implementation of /interop.v1.Streams/Count did not return an AsyncIterable");
    expect(await failureOf(pair.streams.sum(numbers(1)))).toMatchObject({ code: 501 });
  });

  it("after a call leave the connection as it was", async () => {
    await using pair = await startPair({ maxMessageBytes: 1000, client: { sessions: 1 } });
    const open = new Source<{ text: string }>();
    const replies = pair.streams.chat(open)[Symbol.asyncIterator]();
    open.push({ text: "before" });
    await replies.next();
    async function* large() {
      yield { label: "x".repeat(2000) };
    }
    expect(await failureOf(pair.streams.sum(large()))).toMatchObject({ code: 429 });
    open.push({ text: "after" });
    expect((await replies.next()).value).toMatchObject({ text: "after" });
    open.end();
    expect((await replies.next()).done).toBe(true);
  });

  it("of a reply beyond the client's maxMessageBytes end the call with 429", async () => {
    const gone = Promise.withResolvers<void>();
    const count = async function* (_: CountRequest, ctx: ServiceContext) {
      ctx.signal.addEventListener("abort", () => gone.resolve());
      yield { label: "x".repeat(2000) };
      await gone.promise;
    };
    await using pair = await startPair({ implementation: { count }, client: { maxMessageBytes: 1000 } });
    expect(await failureOf(readAll(pair.streams.count({})))).toMatchObject({ code: 429 });
    await gone.promise;
  });
});

describe("headers and trailers", () => {
  it("are there at the first reply and at the end", async () => {
    const count = async function* (_: CountRequest, ctx: ServiceContext) {
      ctx.responseHeader.set("x-first", ctx.requestHeader.get("x-in") ?? "");
      yield { number: 1 };
      ctx.responseTrailer.set("x-last", "t");
    };
    await using pair = await startPair({ implementation: { count } });
    const seen: unknown[] = [];
    const stream = pair.streams.count(
      {},
      {
        headers: { "x-in": "in" },
        onHeader: (header) => seen.push(header.get("x-first")),
        onTrailer: (trailer) => seen.push(trailer.get("x-last")),
      },
    );
    for await (const { number } of stream) seen.push(number);
    expect(seen).toEqual(["in", 1, "t"]);
  });

  it("of a client stream too, and with errors", async () => {
    const sum = async (_: unknown, ctx: ServiceContext) => {
      ctx.responseHeader.set("x-first", "h");
      ctx.responseTrailer.set("x-last", "t");
      return {};
    };
    const count = async function* (_: CountRequest, ctx: ServiceContext) {
      ctx.responseHeader.set("x-first", "h");
      if (ctx.deadline === undefined) throw errorForbidden("NO", "no");
      yield {};
    };
    const caught: unknown[] = [];
    const look: Middleware = (next) => async (req, ctx) => {
      try {
        return await next(req, ctx);
      } catch (error) {
        caught.push(ctx.transport?.replyHeader.get("x-first"));
        throw error;
      }
    };
    await using pair = await startPair({ implementation: { sum, count }, client: { middleware: [look] } });
    const seen: unknown[] = [];
    await pair.streams.sum(numbers(1), {
      onHeader: (header) => seen.push(header.get("x-first")),
      onTrailer: (trailer) => seen.push(trailer.get("x-last")),
    });
    expect(seen).toEqual(["h", "t"]);
    // The error may come with the header block or after it.
    const error = await failureOf(readAll(pair.streams.count({})));
    expect(error).toMatchObject({ code: 403, reason: "NO" });
  });
});

describe("middleware", () => {
  it("runs once a call on both sides, sees both streams and can wrap each message", async () => {
    const log: string[] = [];
    const named =
      (name: string): Middleware =>
      (next) =>
      async (req, ctx) => {
        log.push(`${name} ${ctx.transport?.side}`);
        async function* wrapRequests() {
          for await (const message of req) yield { ...message, text: `${message.text}>${name}` };
        }
        const reply = await next(wrapRequests(), ctx);
        return (async function* () {
          for await (const message of reply) yield { ...message, room: `${message.room}<${name}` };
        })();
      };
    await using pair = await startPair({
      middleware: [named("s")],
      client: { middleware: [named("c1"), named("c2")] },
    });
    const requests = async function* () {
      yield { text: "a" };
      yield { text: "b" };
    };
    const replies = await readAll(pair.streams.chat(requests()));
    expect(replies.map(({ text, room }) => [text, room])).toEqual([
      ["a>c1>c2>s", "<s<c2<c1"],
      ["b>c1>c2>s", "<s<c2<c1"],
    ]);
    expect(log).toEqual(["c1 client", "c2 client", "s server"]);
  });

  it("may refuse a call without reading it", async () => {
    const deny: Middleware = () => () => Promise.reject(errorForbidden("DENIED", "not you"));
    await using pair = await startPair({ middleware: [deny] });
    expect(await failureOf(readAll(pair.streams.count({})))).toMatchObject({ code: 403, reason: "DENIED" });
    expect(await failureOf(pair.streams.sum(numbers(1)))).toMatchObject({ code: 403, reason: "DENIED" });
    await using denied = await startPair({ client: { middleware: [deny] } });
    expect(await failureOf(readAll(denied.streams.chat(new Source())))).toMatchObject({ code: 403, reason: "DENIED" });
  });
});

describe("the context", () => {
  it("is current in handlers, generators and producers, and its deadline is inherited", async () => {
    const key = createContextKey("nobody", { description: "user" });
    const seen: unknown[] = [];
    const chat = async function* (requests: AsyncIterable<ChatRequest>, ctx: ServiceContext) {
      for await (const { text } of requests) {
        seen.push(currentContext()?.get(key), currentContext()?.transport === ctx.transport);
        yield { text };
      }
    };
    const setUser: Middleware = (next) => (req, ctx) => next(req, ctx.with(key, "somebody"));
    const implementation: { chat: typeof chat; count?: unknown } = { chat };
    await using inner = await startPair({ implementation, middleware: [setUser] });
    const deadlines: boolean[] = [];
    // A stream within a stream: the inner one ends with the outer one's deadline.
    const count = async function* (_: CountRequest, ctx: ServiceContext) {
      async function* requests() {
        deadlines.push(currentContext()?.deadline === ctx.deadline);
        yield { text: "x" };
      }
      for await (const { text } of inner.streams.chat(requests())) yield { label: text };
    };
    await using outer = await startPair({ implementation: { count } });
    const replies = await readAll(outer.streams.count({}, { timeoutMs: 5_000 }));
    expect(replies).toMatchObject([{ label: "x" }]);
    expect(seen).toEqual(["somebody", true]);
    expect(deadlines).toEqual([true]);
  });
});

describe("compression and codecs", () => {
  it("gzip in both directions, message by message", async () => {
    await using pair = await startPair({ client: { sendCompression: "gzip" } });
    const long = "kratos ".repeat(1000);
    const requests = async function* () {
      for (const text of ["short", long, "short again", long]) yield { text };
    };
    const replies = await readAll(pair.streams.chat(requests()));
    expect(replies.map(({ text }) => text)).toEqual(["short", long, "short again", long]);
    expect(await readAll(pair.streams.count({ upto: 2, label: long }))).toMatchObject([
      { label: long },
      { label: long },
    ]);
    async function* labels() {
      yield { label: long, number: 1 };
      yield { label: long, number: 2 };
    }
    expect((await pair.streams.sum(labels())).total).toBe(3);
  });

  it("protojson", async () => {
    await using pair = await startPair({ client: { codec: "json" } });
    expect(await readAll(pair.streams.count({ upto: 2 }))).toMatchObject([{ number: 1 }, { number: 2 }]);
    expect((await pair.streams.sum(numbers(1, 2))).total).toBe(3);
  });
});

it("a stream is not cut by the limits of unary calls", async () => {
  const gate = Promise.withResolvers<void>();
  const count = async function* (_: CountRequest, ctx: ServiceContext) {
    yield { number: ctx.deadline === undefined ? 1 : 0 };
    await gate.promise;
    yield { number: 2 };
  };
  const options = { timeoutMs: 1 };
  await using pair = await startPair({ implementation: { count }, ...options, client: options });
  const replies = pair.streams.count({})[Symbol.asyncIterator]();
  expect((await replies.next()).value).toMatchObject({ number: 1 });
  // A unary call made now is beyond its limit before the stream goes on.
  setTimeout(() => gate.resolve(), 20);
  expect((await replies.next()).value).toMatchObject({ number: 2 });
});
