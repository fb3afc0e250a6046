import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { KratosError, type Middleware, type ServiceContext } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { failureOf } from "../testdata/echo-client.ts";
import {
  type ChatRequest,
  type CountRequest,
  CountRequestSchema,
  Streams,
  type SumRequest,
} from "../testdata/gen/interop/v1/interop_pb.ts";
import { requestOf, startInterop } from "../testdata/interop-server.ts";
import { readAll, Source, startPair } from "../testdata/streams-client.ts";
import { startProxy } from "../testdata/tcp-server.ts";
import { createGrpcTransport } from "./client/grpc-transport.ts";

/** Implementations that tell how they ended. */
function watched() {
  const began = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  const left = Promise.withResolvers<void>();
  const threw = Promise.withResolvers<unknown>();
  const enter = (ctx: ServiceContext): void => {
    ctx.signal.addEventListener("abort", () => aborted.resolve(ctx.signal.reason));
    began.resolve();
  };
  return {
    began: began.promise,
    /** The reason of the context's signal. */
    aborted: aborted.promise,
    /** The generator's `finally` has run. */
    left: left.promise,
    /** What the request stream threw. */
    threw: threw.promise,
    implementation: {
      async *count(_: CountRequest, ctx: ServiceContext) {
        enter(ctx);
        try {
          for (let number = 1; ; number++) yield { number };
        } finally {
          left.resolve();
        }
      },
      async sum(requests: AsyncIterable<SumRequest>, ctx: ServiceContext) {
        enter(ctx);
        try {
          for await (const _ of requests);
        } catch (error) {
          threw.resolve(error);
          throw error;
        }
        return {};
      },
      async *chat(requests: AsyncIterable<ChatRequest>, ctx: ServiceContext) {
        enter(ctx);
        try {
          for await (const { text } of requests) yield { text };
        } catch (error) {
          threw.resolve(error);
          throw error;
        } finally {
          left.resolve();
        }
      },
    },
  };
}

async function* one<T>(item: T): AsyncGenerator<T> {
  yield item;
}

describe("a reader that leaves", () => {
  it("tells the server, whose generator is ended and whose signal aborts", async () => {
    const { implementation, aborted, left } = watched();
    await using pair = await startPair({ implementation });
    const reply = await pair.transport.stream(Streams.method.count, undefined, undefined, undefined, one({}));
    for await (const { number } of reply.message) if (number === 3) break;
    expect(await aborted).toMatchObject({ code: 499 });
    await left;
  });

  it("through middleware that wraps the replies, too", async () => {
    const { implementation, left } = watched();
    const wrap: Middleware = (next) => async (req, ctx) => {
      const reply = await next(req, ctx);
      return (async function* () {
        yield* reply;
      })();
    };
    await using pair = await startPair({ implementation, middleware: [wrap], client: { middleware: [wrap] } });
    const reply = await pair.transport.stream(Streams.method.count, undefined, undefined, undefined, one({}));
    for await (const _ of reply.message) break;
    await left;
  });

  it("without a word, as Connect's clients do at `break`, is found by the garbage collector", async () => {
    const { implementation, aborted } = watched();
    await using pair = await startPair({ implementation });
    await (async () => {
      const requests = new Source<{ text: string }>();
      requests.push({ text: "a" });
      for await (const _ of pair.streams.chat(requests)) break;
    })();
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    let over = false;
    const ended = aborted.then(() => {
      over = true;
    });
    while (!over) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
  });
});

describe("a caller that aborts", () => {
  it("gets 499 at once, and both the server and its own producer are told", async () => {
    const { implementation, began, aborted, threw } = watched();
    await using pair = await startPair({ implementation });
    const abort = new AbortController();
    const requests = new Source<{ text: string }>();
    const replies = pair.streams.chat(requests, { signal: abort.signal })[Symbol.asyncIterator]();
    requests.push({ text: "a" });
    await began;
    await replies.next();
    const next = failureOf(replies.next());
    abort.abort();
    expect(await next).toMatchObject({ code: 499, message: "context canceled" });
    await requests.left.promise;
    expect(await aborted).toMatchObject({ code: 499 });
    expect(await threw).toMatchObject({ code: 499 });
  });

  it("before there is a connection never calls", async () => {
    await using pair = await startPair();
    const signal = AbortSignal.abort();
    expect(await failureOf(readAll(pair.streams.count({}, { signal })))).toMatchObject({ code: 499 });
    const requests = new Source<{ number: number }>();
    expect(await failureOf(pair.streams.sum(requests, { signal }))).toMatchObject({ code: 499 });
    expect(requests.asked).toBe(0);
  });

  it("by closing its transport, and one whose connection breaks, is gone for the server", async () => {
    const closing = watched();
    await using pair = await startPair({ implementation: closing.implementation });
    const sum = failureOf(pair.streams.sum(new Source<{ number: number }>()));
    await closing.began;
    await pair.transport[Symbol.asyncDispose]();
    expect(await sum).toMatchObject({ code: 499 });
    expect(await closing.threw).toMatchObject({ code: 499 });

    const breaking = watched();
    await using interop = await startInterop({ implementation: breaking.implementation });
    const path = "/interop.v1.Streams/Sum";
    const call = interop.client.send({ path, open: true });
    await breaking.began;
    interop.client.session.destroy();
    await call;
    expect(await breaking.threw).toMatchObject({ code: 499 });
    expect(await breaking.aborted).toMatchObject({ code: 499 });
  });

  it("does not make a truncated request look complete", async () => {
    const { implementation, began, threw } = watched();
    await using interop = await startInterop({ implementation });
    const abort = new AbortController();
    const call = interop.client.send({ path: "/interop.v1.Streams/Sum", open: true, signal: abort.signal });
    await began;
    abort.abort();
    await call;
    expect(await threw).toMatchObject({ code: 499 });
  });
});

describe("a connection that breaks", () => {
  it("ends the replies with 503, and tells the producer", async () => {
    await using interop = await startInterop();
    await using proxy = await startProxy(Number(interop.server.endpoint().split(":")[2]));
    await using transport = createGrpcTransport({ endpoint: proxy.endpoint });
    const requests = new Source<{ text: string }>();
    const replies = createClient(Streams, transport).chat(requests)[Symbol.asyncIterator]();
    requests.push({ text: "a" });
    await replies.next();
    const next = failureOf(replies.next());
    for (const socket of proxy.sockets) socket.destroy();
    expect(await next).toMatchObject({ code: 503, message: expect.stringContaining("was lost") });
    await requests.left.promise;
  });
});

describe("a deadline", () => {
  it("of its own ends a stream with 504, and its producer is told", async () => {
    await using pair = await startPair();
    const requests = new Source<{ number: number }>();
    const error = await failureOf(pair.streams.sum(requests, { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 504, message: "context deadline exceeded" });
    await requests.left.promise;
  });

  it("is the server's to watch as well", async () => {
    const { implementation, threw } = watched();
    await using interop = await startInterop({ implementation });
    const headers = { "grpc-timeout": "30m" };
    const reply = await interop.client.send({ path: "/interop.v1.Streams/Sum", open: true, headers });
    expect(reply.trailers).toMatchObject({ "grpc-status": "4", "grpc-message": "context deadline exceeded" });
    expect(await threw).toMatchObject({ code: 504 });
  });

  it("comes after the messages that were sent before it", async () => {
    const chat = async function* (_: unknown, ctx: ServiceContext) {
      yield { text: "first" };
      await once(ctx.signal, "abort");
      yield { text: "late" };
    };
    await using interop = await startInterop({ implementation: { chat } });
    const headers = { "grpc-timeout": "30m" };
    const reply = await interop.client.send({ path: "/interop.v1.Streams/Chat", open: true, headers });
    expect(reply.body.toString()).toContain("first");
    expect(reply.body.toString()).not.toContain("late");
    expect(reply.trailers).toMatchObject({ "grpc-status": "4" });
  });
});

describe("streamIdleTimeoutMs", () => {
  const message = expect.stringContaining("no message in either direction for 40 ms (streamIdleTimeoutMs)");

  it("of the server ends a stream on which nothing happens", async () => {
    const { implementation, threw } = watched();
    await using pair = await startPair({ implementation, streamIdleTimeoutMs: 40 });
    const error = await failureOf(pair.streams.sum(new Source<{ number: number }>()));
    expect(error).toMatchObject({ code: 504, message });
    expect(await threw).toMatchObject({ code: 504, message });
  });

  it("of the client, too", async () => {
    const { implementation, aborted } = watched();
    await using pair = await startPair({ implementation, client: { streamIdleTimeoutMs: 40 } });
    const error = await failureOf(readAll(pair.streams.chat(new Source<{ text: string }>())));
    expect(error).toMatchObject({ code: 504, message });
    expect(await aborted).toMatchObject({ code: 499 });
  });

  it("does not end one on which messages flow", async () => {
    const options = { streamIdleTimeoutMs: 400 };
    await using pair = await startPair({ ...options, client: options });
    async function* requests() {
      // Longer than the limit in all.
      for (let i = 0; i < 6; i++) {
        yield { text: String(i) };
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    expect((await readAll(pair.streams.chat(requests()))).length).toBe(6);
  });
});

describe("stop", () => {
  it("lets open streams go on to their end", async () => {
    await using pair = await startPair();
    const requests = new Source<{ text: string }>();
    const replies = pair.streams.chat(requests)[Symbol.asyncIterator]();
    requests.push({ text: "before" });
    await replies.next();
    let stopped = false;
    const stop = pair.server.stop().then(() => {
      stopped = true;
    });
    requests.push({ text: "while" });
    expect((await replies.next()).value).toMatchObject({ text: "while" });
    expect(stopped).toBe(false);
    requests.end();
    expect((await replies.next()).done).toBe(true);
    await stop;
  });

  it("ends them with UNAVAILABLE when its signal aborts, and tells the implementation", async () => {
    const { implementation, aborted, left } = watched();
    await using pair = await startPair({ implementation });
    const requests = new Source<{ text: string }>();
    const replies = pair.streams.chat(requests)[Symbol.asyncIterator]();
    requests.push({ text: "a" });
    await replies.next();
    const grace = new AbortController();
    const stopped = pair.server.stop({ signal: grace.signal });
    const next = failureOf(replies.next());
    grace.abort();
    expect(await next).toMatchObject({ code: 503, message: "the server is stopping" });
    expect(await aborted).toMatchObject({ code: 503 });
    await left;
    await stopped;
  });

  it("does not wait long for a reader that has stopped reading", async () => {
    const { implementation, began } = watched();
    await using pair = await startPair({ implementation });
    const replies = pair.streams.count({})[Symbol.asyncIterator]();
    await began;
    await replies.next();
    await pair.server.stop({ signal: AbortSignal.abort() });
  });
});

describe("one bad frame", () => {
  it.each([
    ["an unknown flag", Buffer.from([9, 0, 0, 0, 0]), "13"],
    ["a message that can't be decoded", Buffer.from([0, 0, 0, 0, 2, 0xff, 0xff]), "13"],
    ["a length beyond the limit", Buffer.from([0, 0x7f, 0, 0, 0]), "8"],
    ["compression that was not announced", Buffer.from([1, 0, 0, 0, 1, 1]), "13"],
  ])("with %s ends its own call, and the implementation is told", async (_, bytes, status) => {
    const { implementation, threw, aborted } = watched();
    await using interop = await startInterop({ implementation });
    const reply = await interop.client.send({ path: "/interop.v1.Streams/Sum", chunks: [bytes], open: true });
    expect(reply.trailers).toMatchObject({ "grpc-status": status });
    expect(await threw).toBeInstanceOf(KratosError);
    expect(await aborted).toBe(await threw);
    const next = await interop.client.send({ path: "/interop.v1.Streams/Sum" });
    expect(next.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("cut short by the end is an error, in the middle of a stream too", async () => {
    const { implementation } = watched();
    await using interop = await startInterop({ implementation });
    const chunks = [Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 1])];
    const reply = await interop.client.send({ path: "/interop.v1.Streams/Sum", chunks });
    expect(reply.trailers).toMatchObject({ "grpc-status": "13" });
  });

  it("too many of a server stream's request, and none, is UNIMPLEMENTED", async () => {
    await using interop = await startInterop();
    const request = requestOf(Streams.method.count as never, create(CountRequestSchema, { upto: 1 }) as never);
    const twice = { ...request, chunks: [...request.chunks!, ...request.chunks!] };
    expect((await interop.client.send(twice)).trailers).toMatchObject({ "grpc-status": "12" });
    expect((await interop.client.send({ ...request, chunks: [] })).trailers).toMatchObject({ "grpc-status": "12" });
    expect((await interop.client.send(request)).trailers).toMatchObject({ "grpc-status": "0" });
  });
});
