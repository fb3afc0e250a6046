// What every carrier of a server has to do, towards each carrier of a client.
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { describe, expect, it } from "vitest";
import { RecordedSession } from "../../testdata/carrier-client.ts";
import { okTrailers, type RecordedCall, RecordedServer, replyHeaders } from "../../testdata/carrier-server.ts";
import { ResetCode, type ServerLimits } from "./carrier.ts";
import { carriersOf } from "./carriers.ts";

const { connect: ownClient, serve: ownServer } = carriersOf("own", "");
const { connect: nodeClient, serve: nodeServer } = carriersOf("node", "");

describe.each([
  ["of our own, called by our own", ownServer, ownClient],
  ["of our own, called by node:http2", ownServer, nodeClient],
  ["of node:http2, called by our own", nodeServer, ownClient],
])("a server's carrier %s", (_, serve, connect) => {
  async function start(onCall?: (call: RecordedCall) => void, limits?: Partial<ServerLimits>) {
    const server = await RecordedServer.start(serve, onCall, limits);
    const client = new RecordedSession(connect, { address: { host: "127.0.0.1", port: server.port } });
    await client.heard("connect");
    return {
      server,
      client,
      async [Symbol.asyncDispose]() {
        await client[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  }
  const echo = (call: RecordedCall): void => {
    call.stream.headers(replyHeaders);
    call.onBody = (chunk) => call.stream.data(chunk);
    void call.heard("end").then(() => call.stream.trailers(okTrailers));
  };

  it("tells of a request, and sends a unary reply", async () => {
    await using pair = await start();
    const sent = pair.client.open(undefined, Buffer.from("question"));
    const call = await pair.server.call(0);
    await call.heard("end");
    expect(call.events).toEqual(["data", "end"]);
    expect([call.end, call.body]).toEqual([false, "question"]);
    expect(call.headers).toEqual(expect.arrayContaining([":path", "/test", "te", "trailers"]));
    expect(call.stream.session.openStreams).toBe(1);
    expect(call.stream.session.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    call.stream.unary({ headers: replyHeaders, body: Buffer.from("answer"), trailers: okTrailers });
    await sent.over();
    expect(sent.events).toEqual(["headers", "data", "trailers", "end"]);
    expect([sent.body, sent.trailers]).toEqual(["answer", okTrailers]);
    await expect.poll(() => call.stream.session.openStreams).toBe(0);
  });

  it("sends a reply in one header block", async () => {
    await using pair = await start((call) => call.stream.headersOnly([":status", "200", "grpc-status", "12"]));
    const sent = pair.client.open(undefined, Buffer.from("x"));
    await sent.over();
    expect(sent.events).toEqual(["headers, end", "end"]);
  });

  it("streams both ways at once", async () => {
    await using pair = await start(echo);
    const sent = pair.client.open();
    for (const part of ["one ", "two ", "three"]) {
      const before = sent.bytes;
      sent.stream.data(Buffer.from(part));
      await sent.until(() => sent.bytes === before + part.length);
    }
    sent.stream.end();
    await sent.over();
    expect([sent.body, sent.trailers]).toEqual(["one two three", okTrailers]);
  });

  it("carries megabytes both ways", async () => {
    await using pair = await start(echo);
    const body = Buffer.alloc(3_000_000, "0123456789");
    const calls = [1, 2, 3].map(() => pair.client.open(undefined, body));
    await Promise.all(calls.map((call) => call.over()));
    for (const call of calls) expect(Buffer.concat(call.chunks).equals(body)).toBe(true);
  });

  it("sends trailers after all that has to wait for a window", async () => {
    await using pair = await start((call) => {
      const body = Buffer.alloc(5_000_000, "x");
      void call.heard("end").then(() => call.stream.unary({ headers: replyHeaders, body, trailers: okTrailers }));
    });
    const sent = pair.client.open(undefined, Buffer.from("x"));
    await sent.over();
    expect([sent.bytes, sent.trailers]).toEqual([5_000_000, okTrailers]);
  });

  it("says when enough is queued, and when there is room again", async () => {
    await using pair = await start();
    const sent = pair.client.open(undefined, Buffer.from("x"));
    sent.stream.pause();
    const call = await pair.server.call(0);
    call.stream.headers(replyHeaders);
    let bytes = 0;
    while (call.stream.data(Buffer.alloc(10_000))) bytes += 10_000;
    expect(bytes).toBeLessThan(3_000_000);
    sent.stream.resume();
    await call.heard("drain");
    call.stream.trailers(okTrailers);
    await sent.over();
    expect(sent.bytes).toBe(bytes + 10_000);
  });

  it("stops the sender of a stream that is paused", async () => {
    await using pair = await start();
    const sent = pair.client.open(undefined, Buffer.alloc(8_000_000));
    const call = await pair.server.call(0);
    call.stream.pause();
    const other = pair.client.open(undefined, Buffer.from("x"));
    const second = await pair.server.call(1);
    await second.heard("end");
    second.stream.headersOnly([":status", "200"]);
    await other.over();
    expect(call.bytes).toBeLessThanOrEqual((1 << 20) + 100_000);
    call.stream.resume();
    await call.heard("end");
    expect(call.bytes).toBe(8_000_000);
    call.stream.headersOnly([":status", "200"]);
    await sent.over();
  });

  it("resets a stream with the code that it is given, and hears no more of it", async () => {
    await using pair = await start((call) => call.stream.reset(ResetCode.REFUSED_STREAM));
    const sent = pair.client.open(undefined, Buffer.from("x"));
    await sent.over();
    expect(sent.reset).toMatchObject({ code: ResetCode.REFUSED_STREAM, unprocessed: true });
    expect(pair.server.calls[0]!.events).toEqual([]);
    pair.server.calls[0]!.stream.headers(replyHeaders);
    pair.server.calls[0]!.stream.trailers(okTrailers);
  });

  it("tells of a stream that the client resets", async () => {
    await using pair = await start();
    const sent = pair.client.open();
    const call = await pair.server.call(0);
    sent.stream.reset(ResetCode.CANCEL);
    await call.heard("reset");
    expect(call.reset).toMatchObject({ code: ResetCode.CANCEL });
    expect(call.stream.data(Buffer.from("late"))).toBe(true);
  });

  it("need not wait for the request to answer, and tells the client to send no more", async () => {
    await using pair = await start((call) => {
      call.stream.headers(replyHeaders);
      call.stream.trailers(["grpc-status", "8"]);
    });
    const sent = pair.client.open();
    sent.stream.data(Buffer.from("some"));
    await sent.over();
    expect(sent.trailers).toEqual(["grpc-status", "8"]);
    await expect.poll(() => pair.server.sessions[0]!.session.openStreams).toBe(0);
    // Bytes that arrive before the reply has left may be told, but no end.
    expect(pair.server.calls[0]!.events).not.toContain("end");
    expect(pair.server.calls[0]!.events).not.toContain("reset");
  });

  it("drains: serves what it has, refuses what comes, and ends the connection", async () => {
    await using pair = await start();
    const sent = pair.client.open(undefined, Buffer.from("x"));
    const call = await pair.server.call(0);
    await call.heard("end");
    pair.server.sessions[0]!.session.drain();
    await pair.client.heard("goaway 0");
    call.stream.unary({ headers: replyHeaders, body: Buffer.from("answer"), trailers: okTrailers });
    await sent.over();
    expect(sent.body).toBe("answer");
    await pair.client.heard("close");
    await pair.server.sessions[0]!.heard("close");
  });

  it("drains an idle connection at once", async () => {
    await using pair = await start();
    pair.server.sessions[0]!.session.drain();
    await pair.client.heard("close");
    expect(pair.client.events).toContain("goaway 0");
  });

  it("says why it ends a connection", async () => {
    await using pair = await start();
    const { session } = pair.server.sessions[0]!;
    session.goaway(ResetCode.ENHANCE_YOUR_CALM, "too_many_pings");
    const cause = new Error("too many pings");
    session.destroy(cause);
    await pair.client.heard("close");
    expect(pair.client.events).toContain(`goaway ${ResetCode.ENHANCE_YOUR_CALM}`);
    await pair.server.sessions[0]!.heard("close");
    expect(pair.server.sessions[0]!.cause).toBe(cause);
  });

  it("loses the streams of a client that is gone", async () => {
    await using pair = await start();
    pair.client.open();
    const call = await pair.server.call(0);
    pair.client.session.destroy();
    await call.heard("reset");
    await pair.server.sessions[0]!.heard("close");
    expect(call.events).toEqual(["reset"]);
  });

  it("pings, and answers and tells of pings", async () => {
    await using pair = await start();
    expect(pair.server.sessions[0]!.session.ping()).toBe(true);
    await pair.server.sessions[0]!.heard("pong");
    expect(pair.client.session.ping()).toBe(true);
    await pair.client.heard("pong");
    await pair.server.sessions[0]!.heard("ping");
  });

  it("resets a stream whose headers may not be sent", async () => {
    await using pair = await start((call) => call.stream.headers([":status", "200", "bad name", "x"]));
    const sent = pair.client.open(undefined, Buffer.from("x"));
    await sent.over();
    expect(sent.reset).toMatchObject({ code: ResetCode.INTERNAL_ERROR });
  });

  it("accepts no connection after it was closed, and frees its port while old ones go on", async () => {
    await using pair = await start(echo);
    await pair.server.carrier.close();
    const socket = connectSocket(pair.server.port, "127.0.0.1");
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
    const sent = pair.client.open(undefined, Buffer.from("still here"));
    await sent.over();
    expect(sent.body).toBe("still here");
  });
});
