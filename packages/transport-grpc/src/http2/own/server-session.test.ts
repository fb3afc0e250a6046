// What a client may do to a server, frame by frame.
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { describe, expect, it } from "vitest";
import { okTrailers, type RecordedCall, RecordedServer, replyHeaders } from "../../../testdata/carrier-server.ts";
import { connectFramePeer, type FramePeer, rawFrame, settingsPayload, word } from "../../../testdata/frame-peer.ts";
import { plainBlock as block } from "../../../testdata/header-block.ts";
import type { ServerLimits } from "../carrier.ts";
import { ErrorCode, type ErrorName, FrameType } from "./protocol.ts";
import { createOwnServerCarrier } from "./server.ts";

const { DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } = FrameType;
const endStream = 1;
const ack = 1;
const endHeaders = 4;

interface Connected extends AsyncDisposable {
  readonly server: RecordedServer;
  readonly peer: FramePeer;
}

async function connected(
  onCall: (call: RecordedCall) => void = () => {},
  limits: Partial<ServerLimits> = {},
): Promise<Connected> {
  const server = await RecordedServer.start(createOwnServerCarrier, onCall, limits);
  const peer = await connectFramePeer(server.port);
  peer.send(rawFrame(SETTINGS, ack, 0));
  await peer.frame({ type: SETTINGS, flags: ack });
  return {
    server,
    peer,
    async [Symbol.asyncDispose]() {
      peer.socket.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

const head = block(":method", "POST", ":scheme", "http", ":path", "/a", ":authority", "a");
const request = (id: number): Buffer => rawFrame(HEADERS, endHeaders | endStream, id, head);
const begun = (id: number): Buffer => rawFrame(HEADERS, endHeaders, id, head);
const reset = (id: number): Buffer => rawFrame(RST_STREAM, 0, id, word(ErrorCode.CANCEL));
const answer = ({ stream }: RecordedCall): void =>
  stream.unary({ headers: replyHeaders, body: Buffer.from("x"), trailers: okTrailers });
const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i * 2 + 1);
const frames = (count: number, frame: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => frame));

async function goawayOf({ peer }: Connected): Promise<{ code: number; lastId: number; debug: string }> {
  const { payload } = await peer.frame({ type: GOAWAY });
  await peer.closed();
  return { lastId: payload.readUInt32BE(0), code: payload.readUInt32BE(4), debug: payload.subarray(8).toString() };
}
async function resetOf({ peer }: Connected, id: number): Promise<number> {
  return (await peer.frame({ type: RST_STREAM, id })).payload.readUInt32BE();
}

describe("a connection", () => {
  it("is told the limits first", async () => {
    await using pair = await connected();
    const [settings, window] = pair.peer.frames;
    const expected = settingsPayload([
      [2, 0],
      [3, 100],
      [4, 1 << 20],
      [6, 16_384],
    ]);
    expect(settings!.payload.equals(expected)).toBe(true);
    expect(window).toMatchObject({ type: WINDOW_UPDATE, id: 0 });
  });

  it("may begin byte by byte", async () => {
    await using server = await RecordedServer.start(createOwnServerCarrier, answer);
    const socket = connectSocket({ port: server.port, host: "127.0.0.1", noDelay: true });
    const bytes = Buffer.concat([
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      rawFrame(SETTINGS, 0, 0),
      request(1),
    ]);
    for (const byte of bytes) {
      socket.write(Buffer.of(byte));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect((await server.call(0)).end).toBe(true);
    socket.destroy();
  });

  it("of HTTP/1 ends, and its cause says what came", async () => {
    await using server = await RecordedServer.start(createOwnServerCarrier);
    const socket = connectSocket(server.port, "127.0.0.1").resume();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "close");
    await server.sessions[0]!.heard("close");
    expect(String(server.sessions[0]!.cause)).toContain('does not speak HTTP/2: it began with "GET / HTTP/1.1');
  });

  it("of a client that says no more is lost with its calls", async () => {
    await using pair = await connected();
    pair.peer.send(request(1));
    const call = await pair.server.call(0);
    pair.peer.socket.end();
    await pair.peer.closed();
    await call.heard("reset");
  });

  it("that is told to go still answers what it has, and says which the last is", async () => {
    await using pair = await connected();
    pair.peer.send(request(1), request(3));
    const last = await pair.server.call(1);
    pair.server.sessions[0]!.session.drain();
    pair.peer.send(request(5));
    expect(await resetOf(pair, 5)).toBe(ErrorCode.REFUSED_STREAM);
    answer(pair.server.calls[0]!);
    answer(last);
    await pair.peer.frame({ type: HEADERS, id: 3, flags: endHeaders | endStream });
    expect(await goawayOf(pair)).toMatchObject({ code: ErrorCode.NO_ERROR, lastId: 3 });
    expect(pair.server.calls).toHaveLength(2);
  });
});

describe("a client that breaks the rules of the connection", () => {
  it.each<[string, ErrorName, Buffer]>([
    ["a stream with an even id", "PROTOCOL_ERROR", request(2)],
    ["DATA on an idle stream", "PROTOCOL_ERROR", rawFrame(DATA, 0, 1, "00")],
    ["WINDOW_UPDATE on an idle stream", "PROTOCOL_ERROR", rawFrame(WINDOW_UPDATE, 0, 1, word(1))],
    ["HEADERS on a stream that has ended", "STREAM_CLOSED", Buffer.concat([request(1), request(1), request(1)])],
    ["HEADERS on a stream that was left out", "STREAM_CLOSED", Buffer.concat([request(5), request(3)])],
    ["a push", "PROTOCOL_ERROR", rawFrame(5, endHeaders, 1, "0000000288")],
  ])("by %s loses it with %s", async (_, name, bytes) => {
    await using pair = await connected(answer);
    pair.peer.send(bytes);
    expect(await goawayOf(pair)).toMatchObject({ code: ErrorCode[name] });
  });
});

describe("a client that breaks the rules of a stream", () => {
  const without = (name: string): Buffer => {
    const fields = [":method", "POST", ":scheme", "http", ":path", "/a"];
    fields.splice(fields.indexOf(name), 2);
    return rawFrame(HEADERS, endHeaders, 1, block(...fields));
  };
  const withFields = (...fields: string[]): Buffer =>
    rawFrame(HEADERS, endHeaders, 1, Buffer.concat([head, block(...fields)]));
  it.each<[string, ErrorName, Buffer]>([
    ["no :method", "PROTOCOL_ERROR", without(":method")],
    ["no :scheme", "PROTOCOL_ERROR", without(":scheme")],
    ["no :path", "PROTOCOL_ERROR", without(":path")],
    [
      "an empty :path",
      "PROTOCOL_ERROR",
      rawFrame(HEADERS, endHeaders, 1, block(":method", "POST", ":scheme", "http", ":path", "")),
    ],
    [
      ":status",
      "PROTOCOL_ERROR",
      rawFrame(HEADERS, endHeaders, 1, block(":method", "POST", ":scheme", "http", ":path", "/", ":status", "200")),
    ],
    ["a header of a connection", "PROTOCOL_ERROR", withFields("connection", "close")],
    ["te: gzip", "PROTOCOL_ERROR", withFields("te", "gzip")],
    ["upper case", "PROTOCOL_ERROR", withFields("Te", "trailers")],
    [
      "headers beyond the limit",
      "ENHANCE_YOUR_CALM",
      rawFrame(HEADERS, endHeaders, 1, Buffer.concat([head, frames(500, block("a", "1"))])),
    ],
    [
      "more than its content-length",
      "PROTOCOL_ERROR",
      Buffer.concat([withFields("content-length", "1"), rawFrame(DATA, 0, 1, "0000")]),
    ],
    [
      "less than its content-length",
      "PROTOCOL_ERROR",
      Buffer.concat([withFields("content-length", "9"), rawFrame(DATA, endStream, 1, "0000")]),
    ],
    [
      "a content-length and no body",
      "PROTOCOL_ERROR",
      rawFrame(HEADERS, endHeaders | endStream, 1, Buffer.concat([head, block("content-length", "9")])),
    ],
    [
      "trailers that do not end it",
      "PROTOCOL_ERROR",
      Buffer.concat([begun(1), rawFrame(HEADERS, endHeaders, 1, block("a", "1"))]),
    ],
    ["trailers with pseudo-headers", "PROTOCOL_ERROR", Buffer.concat([begun(1), request(1)])],
    ["DATA after its end", "STREAM_CLOSED", Buffer.concat([request(1), rawFrame(DATA, 0, 1, "00")])],
    ["HEADERS after its end", "STREAM_CLOSED", Buffer.concat([request(1), request(1)])],
    ["WINDOW_UPDATE of 0", "PROTOCOL_ERROR", Buffer.concat([request(1), rawFrame(WINDOW_UPDATE, 0, 1, word(0))])],
    [
      "a window beyond 2^31-1",
      "FLOW_CONTROL_ERROR",
      Buffer.concat([request(1), rawFrame(WINDOW_UPDATE, 0, 1, word(2 ** 31 - 1))]),
    ],
  ])("by %s loses it with %s, and the connection goes on", async (_, name, bytes) => {
    await using pair = await connected();
    pair.peer.send(bytes);
    expect(await resetOf(pair, 1)).toBe(ErrorCode[name]);
    for (const call of pair.server.calls) await call.heard("reset");
    const calls = pair.server.calls.length;
    pair.peer.send(request(3));
    answer(await pair.server.call(calls));
    await pair.peer.frame({ type: HEADERS, id: 3, flags: endHeaders | endStream });
  });

  it("or has more streams than were allowed is refused those", async () => {
    await using pair = await connected(() => {}, { maxConcurrentStreams: 2 });
    pair.peer.send(request(1), request(3), request(5));
    expect(await resetOf(pair, 5)).toBe(ErrorCode.REFUSED_STREAM);
    expect(pair.server.calls).toHaveLength(2);
  });
});

describe("a reply before the end of its request", () => {
  it("needs no reset when the end was on its way", async () => {
    await using pair = await connected(answer);
    pair.peer.send(begun(1), rawFrame(DATA, endStream, 1, "00"));
    await pair.peer.frame({ type: HEADERS, id: 1, flags: endHeaders | endStream });
    pair.peer.send(rawFrame(PING, 0, 0, Buffer.alloc(8)));
    await pair.peer.frame({ type: PING, flags: ack });
    expect(pair.peer.all({ type: RST_STREAM })).toEqual([]);
  });

  it("asks for no more, and what still comes is of no matter", async () => {
    await using pair = await connected(answer);
    pair.peer.send(begun(1));
    expect(await resetOf(pair, 1)).toBe(ErrorCode.NO_ERROR);
    pair.peer.send(rawFrame(DATA, 0, 1, "00"), rawFrame(HEADERS, endHeaders | endStream, 1, block("a", "1")), reset(1));
    pair.peer.send(request(3));
    await pair.peer.frame({ type: HEADERS, id: 3, flags: endHeaders | endStream });
    expect(pair.peer.all({ type: RST_STREAM })).toHaveLength(1);
  });
});

describe("flow control", () => {
  it("counts what paused streams have got against the connection's window", async () => {
    const limits = { sessionWindowBytes: 131_072, streamWindowBytes: 1 << 20 };
    await using pair = await connected((call) => call.stream.pause(), limits);
    pair.peer.send(begun(1), begun(3), frames(3, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))));
    pair.peer.send(frames(4, rawFrame(DATA, 0, 3, Buffer.alloc(16_384))));
    await pair.server.until(() => pair.server.calls.length === 2);
    await pair.server.calls[1]!.until(() => pair.server.calls[1]!.bytes === 65_536);
    expect(pair.peer.all({ type: WINDOW_UPDATE })).toHaveLength(1);
    pair.server.calls[1]!.stream.resume();
    await pair.peer.count({ type: WINDOW_UPDATE }, 2);
    pair.peer.send(frames(6, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))));
    expect(await goawayOf(pair)).toMatchObject({ code: ErrorCode.FLOW_CONTROL_ERROR });
  });

  it("gives back what a stream holds when it ends", async () => {
    const limits = { sessionWindowBytes: 131_072, streamWindowBytes: 1 << 20 };
    await using pair = await connected((call) => call.stream.pause(), limits);
    pair.peer.send(begun(1), frames(5, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))), reset(1));
    await pair.peer.count({ type: WINDOW_UPDATE }, 2);
    expect(pair.peer.all({ type: WINDOW_UPDATE })[1]!.payload.readUInt32BE()).toBe(5 * 16_384);
  });

  it("keeps trailers behind the body that waits", async () => {
    await using pair = await connected(({ stream }) =>
      stream.unary({ headers: replyHeaders, body: Buffer.alloc(70_000), trailers: okTrailers }),
    );
    pair.peer.send(request(1));
    await pair.peer.count({ type: DATA }, 4);
    expect(pair.peer.all({ type: HEADERS })).toHaveLength(1);
    pair.peer.send(rawFrame(WINDOW_UPDATE, 0, 1, word(10_000)), rawFrame(WINDOW_UPDATE, 0, 0, word(10_000)));
    await pair.peer.count({ type: HEADERS }, 2);
    expect(pair.peer.frames.at(-1)).toMatchObject({ type: HEADERS, flags: endHeaders | endStream });
  });
});

describe("a flood", () => {
  it.each<[string, Buffer]>([
    ["streams that are reset", Buffer.concat(ids(2_000).map((id) => Buffer.concat([begun(id), reset(id)])))],
    [
      "streams that it makes us reset",
      Buffer.concat(ids(2_000).map((id) => Buffer.concat([begun(id), rawFrame(WINDOW_UPDATE, 0, id, word(0))]))),
    ],
    [
      "streams whose headers are malformed",
      Buffer.concat(ids(2_000).map((id) => rawFrame(HEADERS, endHeaders, id, block("A", "1")))),
    ],
    ["streams beyond the limit", Buffer.concat(ids(2_000).map(request))],
    ["resets of streams that have ended", Buffer.concat([request(1), frames(2_000, reset(1))])],
    ["CONTINUATION", Buffer.concat([rawFrame(HEADERS, 0, 1, head), frames(40, rawFrame(CONTINUATION, 0, 1))])],
    ["PING", frames(30_000, rawFrame(PING, 0, 0, Buffer.alloc(8)))],
    ["SETTINGS", frames(300, rawFrame(SETTINGS, 0, 0))],
    ["empty DATA", Buffer.concat([begun(1), frames(30_000, rawFrame(DATA, 0, 1))])],
  ])("of %s ends the connection with ENHANCE_YOUR_CALM", async (_, bytes) => {
    await using pair = await connected();
    pair.peer.send(bytes);
    expect(await goawayOf(pair)).toMatchObject({ code: ErrorCode.ENHANCE_YOUR_CALM });
  });

  it("is not what a client does that gives up every other call", async () => {
    await using pair = await connected((call) => {
      if (call.end) answer(call);
    });
    for (let id = 1; id < 8_000; id += 8) {
      pair.peer.send(request(id), request(id + 2), begun(id + 4), reset(id + 4), request(id + 6));
      await pair.peer.frame({ type: HEADERS, id: id + 6, flags: endHeaders | endStream });
    }
    expect(pair.peer.all({ type: GOAWAY })).toEqual([]);
  });

  it("of requests whose replies nobody reads stops being read", async () => {
    // Another each time, so that it is not a byte or two in the header table.
    let calls = 0;
    const big = (): string[] => ["grpc-message", `${"x".repeat(2000)} ${calls++}`];
    await using pair = await connected((call) => call.stream.headersOnly([":status", "200", ...big()]));
    pair.peer.socket.pause();
    const padding = Array.from({ length: 5 }, (_, i) => [`x-${i}`, "x".repeat(120)]).flat();
    const large = Buffer.concat([head, block(...padding)]);
    let id = 1;
    // The replies would be 200 MB.
    for (; id < 200_000 && pair.peer.socket.writableLength < 1_000_000; id += 200) {
      const requests = Array.from({ length: 100 }, (_, i) =>
        rawFrame(HEADERS, endHeaders | endStream, id + i * 2, large),
      );
      pair.peer.send(...requests);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(id).toBeLessThan(200_000);
    const served = pair.server.calls.length;
    expect(served * 2_000).toBeLessThan(50_000_000);
    pair.peer.socket.resume();
    await pair.server.until(() => pair.server.calls.length > served + 100);
  });
});
