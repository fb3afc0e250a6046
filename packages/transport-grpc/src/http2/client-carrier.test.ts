// What every carrier of a client has to do, towards a server of node:http2.
import { once } from "node:events";
import { constants, type ServerHttp2Stream } from "node:http2";
import { describe, expect, it } from "vitest";
import { RecordedSession, type RecordedStream } from "../../testdata/carrier-client.ts";
import { rawFrame, startFrameServer } from "../../testdata/frame-peer.ts";
import { RawServer, type RawServerOptions } from "../../testdata/raw-server.ts";
import { ResetCode } from "./carrier.ts";
import { connectNodeClient } from "./node-client.ts";
import { connectOwnClient } from "./own/client-session.ts";

describe.each([
  ["of our own", connectOwnClient],
  ["of node:http2", connectNodeClient],
])("a client's carrier %s", (_, connect) => {
  /** A server that answers so, and a session to it. */
  async function start(onStream: (stream: ServerHttp2Stream, index: number) => void, options: RawServerOptions = {}) {
    const server = await RawServer.start(({ stream, index }) => onStream(stream, index), options);
    const session = new RecordedSession(connect, { address: { host: "127.0.0.1", port: server.port } });
    await session.heard("connect");
    return {
      server,
      session,
      async [Symbol.asyncDispose]() {
        await session[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  }
  const echo = (stream: ServerHttp2Stream): void => {
    stream.respond({ ":status": 200 }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.pipe(stream);
  };
  const finish = (stream: ServerHttp2Stream, body = ""): void => {
    stream.respond({ ":status": 200 }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(body);
  };
  const bodyOf = (recorded: RecordedStream): string => recorded.body;

  it("is not ready before the server's SETTINGS, and then is", async () => {
    await using server = await RawServer.start(finish as never);
    await using session = new RecordedSession(connect, { address: { host: "127.0.0.1", port: server.port } });
    expect(session.session.ready).toBe(false);
    expect(session.events).toEqual([]);
    await session.heard("connect");
    expect(session.session.ready).toBe(true);
    expect(session.session.peer).toBe(`127.0.0.1:${server.port}`);
    expect(session.session.openStreams).toBe(0);
  });

  it("sends a unary request and tells of its reply in order", async () => {
    await using pair = await start(echo);
    const call = pair.session.open(undefined, Buffer.from("hello"));
    expect(pair.session.session.openStreams).toBe(1);
    await call.over();
    expect(call.events).toEqual(["headers", "data", "trailers", "end"]);
    expect(call.headers).toEqual(expect.arrayContaining([":status", "200"]));
    expect([bodyOf(call), call.trailers]).toEqual(["hello", ["grpc-status", "0"]]);
    expect(pair.server.calls[0]!.headers).toMatchObject({ ":path": "/test", te: "trailers" });
    await pair.session.heard("capacity");
    expect(pair.session.session.openStreams).toBe(0);
  });

  it("tells of a reply in one header block", async () => {
    await using pair = await start((stream) => stream.respond({ ":status": 204 }, { endStream: true }));
    const call = pair.session.open(undefined, Buffer.from("hello"));
    await call.over();
    expect(call.events).toEqual(["headers, end", "end"]);
  });

  it("tells of a reply without trailers", async () => {
    await using pair = await start((stream) => {
      stream.respond({ ":status": 200 });
      stream.end("body");
    });
    const call = pair.session.open(undefined, Buffer.from("hello"));
    await call.over();
    expect(call.events).toEqual(["headers", "data", "end"]);
  });

  it("does not tell of 1xx replies", async () => {
    await using pair = await start((stream) => {
      stream.additionalHeaders({ ":status": 103, link: "</a>" });
      finish(stream, "x");
    });
    const call = pair.session.open(undefined, Buffer.from("hello"));
    await call.over();
    expect(call.events).toEqual(["headers", "data", "trailers", "end"]);
  });

  it("streams both ways at once", async () => {
    await using pair = await start(echo);
    const call = pair.session.open();
    for (const part of ["one ", "two ", "three"]) {
      const before = call.bytes;
      call.stream.data(Buffer.from(part));
      await call.until(() => call.bytes === before + part.length);
    }
    call.stream.end();
    await call.over();
    expect(bodyOf(call)).toBe("one two three");
    expect(call.events.at(-1)).toBe("end");
  });

  it("carries megabytes both ways, whatever the windows", async () => {
    await using pair = await start(echo, { settings: { initialWindowSize: 1000, maxFrameSize: 16_384 } });
    const body = Buffer.alloc(3_000_000, "0123456789");
    const calls = [1, 2, 3].map(() => pair.session.open(undefined, body));
    await Promise.all(calls.map((call) => call.over()));
    for (const call of calls) expect(Buffer.concat(call.chunks).equals(body)).toBe(true);
  });

  it("says when enough is queued, and when there is room again", async () => {
    const streams: ServerHttp2Stream[] = [];
    await using pair = await start((stream) => streams.push(stream.pause()));
    const call = pair.session.open();
    let sent = 0;
    while (call.stream.data(Buffer.alloc(10_000))) sent += 10_000;
    expect(sent).toBeLessThan(1_000_000);
    await pair.server.until(() => streams.length === 1);
    expect(call.events).toEqual([]);
    streams[0]!.resume();
    await call.until(() => call.events.includes("drain"));
    expect(call.stream.data(Buffer.alloc(10))).toBe(true);
    call.stream.end();
    finish(streams[0]!);
    await call.over();
  });

  it("stops the sender of a stream that is paused, but not those of others", async () => {
    let sent = 0;
    await using pair = await start((stream, index) => {
      if (index > 0) return echo(stream);
      stream.respond({ ":status": 200 });
      const more = (): void => {
        while (sent < 8_000_000) {
          sent += 50_000;
          if (!stream.write(Buffer.alloc(50_000))) break;
        }
        if (sent >= 8_000_000) stream.end();
      };
      stream.on("drain", more);
      more();
    });
    const paused = pair.session.open();
    paused.stream.end();
    paused.stream.pause();
    for (let i = 0; i < 3; i++) {
      const other = pair.session.open(undefined, Buffer.alloc(200_000));
      await other.over();
      expect(other.bytes).toBe(200_000);
    }
    expect(paused.bytes).toBeLessThanOrEqual(1 << 20);
    expect(sent).toBeLessThan(4_000_000);
    paused.stream.resume();
    await paused.over();
    expect(paused.bytes).toBe(8_000_000);
  });

  it("tells of a reset with its code, and that a refused stream was not processed", async () => {
    await using pair = await start((stream, index) =>
      stream.close(index === 0 ? constants.NGHTTP2_INTERNAL_ERROR : constants.NGHTTP2_REFUSED_STREAM),
    );
    const broken = pair.session.open(undefined, Buffer.from("a"));
    await broken.over();
    expect(broken.reset).toMatchObject({ code: ResetCode.INTERNAL_ERROR, unprocessed: false });
    const refused = pair.session.open(undefined, Buffer.from("a"));
    await refused.over();
    expect(refused.reset).toMatchObject({ code: ResetCode.REFUSED_STREAM, unprocessed: true });
  });

  it("resets a stream with the code that it is given, and hears no more of it", async () => {
    await using pair = await start((stream) => stream.respond({ ":status": 200 }));
    const call = pair.session.open();
    await call.until(() => call.headers !== undefined);
    const { stream } = pair.server.calls[0]!;
    call.stream.reset(ResetCode.CANCEL);
    await once(stream, "close");
    expect(stream.rstCode).toBe(ResetCode.CANCEL);
    expect(call.events).toEqual(["headers"]);
    expect(call.stream.data(Buffer.from("late"))).toBe(true);
    call.stream.end();
    call.stream.reset(ResetCode.CANCEL);
  });

  it("does not end the request that it resets, which a server would take for all of it", async () => {
    await using server = await startFrameServer();
    await using session = new RecordedSession(connect, { address: server.address });
    const peer = await server.peer();
    peer.send(rawFrame(4, 0, 0), rawFrame(4, 1, 0));
    await session.heard("connect");
    const call = session.open();
    call.stream.data(Buffer.from("half"));
    await peer.frame({ type: 0, id: 1 });
    call.stream.reset(ResetCode.CANCEL);
    await peer.frame({ type: 3, id: 1 });
    expect(peer.all({ id: 1 }).map(({ type, flags }) => [type, flags])).toEqual([
      [1, 4],
      [0, 0],
      [3, 0],
    ]);
  });

  it("ends the request when the reply came early", async () => {
    await using pair = await start((stream) => finish(stream, "done"));
    const call = pair.session.open();
    await call.over();
    expect(call.events).toEqual(["headers", "data", "trailers", "end"]);
    const { stream } = pair.server.calls[0]!;
    if (!stream.closed) await once(stream, "close");
    await pair.session.until(() => pair.session.session.openStreams === 0);
  });

  it("keeps to the streams that the server allows", async () => {
    await using pair = await start(() => {}, { settings: { maxConcurrentStreams: 2 } });
    const first = pair.session.open();
    expect(pair.session.session.ready).toBe(true);
    pair.session.open();
    expect(pair.session.session.ready).toBe(false);
    first.stream.reset(ResetCode.CANCEL);
    await pair.session.heard("capacity");
    expect(pair.session.session.ready).toBe(true);
  });

  it("after GOAWAY goes on with what is open, and tells of what was not processed", async () => {
    await using pair = await start((stream, index) => {
      if (index === 1) stream.session!.goaway(constants.NGHTTP2_NO_ERROR, 1);
    });
    const old = pair.session.open();
    await pair.server.until(() => pair.server.calls.length === 1);
    const late = pair.session.open();
    await late.over();
    expect(late.reset).toMatchObject({ unprocessed: true });
    expect(pair.session.events).toContain("goaway 0");
    expect(pair.session.session.ready).toBe(false);
    old.stream.end();
    finish(pair.server.calls[0]!.stream, "x");
    await old.over();
    expect(old.events.at(-1)).toBe("end");
    await pair.session.heard("close");
  });

  it("loses all streams with the connection, before that is told", async () => {
    await using pair = await start((stream) => stream.session!.socket.destroy());
    const call = pair.session.open();
    await pair.session.heard("close");
    expect(call.reset).toMatchObject({ code: ResetCode.CANCEL, unprocessed: false, cause: expect.any(Error) });
    expect(pair.session.session.ready).toBe(false);
  });

  it("is destroyed with its cause", async () => {
    await using pair = await start(() => {});
    const call = pair.session.open();
    await pair.server.until(() => pair.server.calls.length === 1);
    const cause = new Error("enough");
    pair.session.session.destroy(cause);
    expect(pair.session.session.ready).toBe(false);
    await pair.session.heard("close");
    expect(pair.session.cause).toBe(cause);
    expect(call.reset).toMatchObject({ cause });
    expect(pair.session.session.ping()).toBe(false);
  });

  it("drains: goes when its last stream has ended", async () => {
    await using pair = await start(echo);
    const call = pair.session.open();
    await call.until(() => call.headers !== undefined);
    pair.session.session.drain();
    expect(pair.session.session.ready).toBe(false);
    call.stream.data(Buffer.from("last words"));
    call.stream.end();
    await call.over();
    expect(bodyOf(call)).toBe("last words");
    await pair.session.heard("close");
    expect(pair.session.cause).toBeUndefined();
  });

  it("pings, and answers pings", async () => {
    await using pair = await start(() => {});
    expect(pair.session.session.ping()).toBe(true);
    await pair.session.heard("pong");
    await new Promise<void>((resolve) => pair.server.sessions[0]!.ping(() => resolve()));
  });

  it("throws for headers that may not be sent, and goes on", async () => {
    await using pair = await start(echo);
    expect(() => pair.session.open([":method", "POST", ":path", "/", "connection", "close"])).toThrow(TypeError);
    expect(pair.session.session.openStreams).toBe(0);
    const call = pair.session.open(undefined, Buffer.from("fine"));
    await call.over();
    expect(bodyOf(call)).toBe("fine");
  });

  it("can't connect where nobody listens, and says why", async () => {
    const server = await RawServer.start(() => {});
    const { port } = server;
    await server[Symbol.asyncDispose]();
    const session = new RecordedSession(connect, { address: { host: "127.0.0.1", port } });
    await session.heard("close");
    expect(session.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(session.events).toEqual(["close"]);
  });
});
