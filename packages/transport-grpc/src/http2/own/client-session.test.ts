// What a server may do to a client, frame by frame.
import { describe, expect, it } from "vitest";
import { postHeaders, RecordedSession } from "../../../testdata/carrier-client.ts";
import {
  type FramePeer,
  type FrameServer,
  rawFrame,
  settingsPayload,
  startFrameServer,
  word,
} from "../../../testdata/frame-peer.ts";
import { plainBlock as block } from "../../../testdata/header-block.ts";
import type { ClientCarrierOptions } from "../carrier.ts";
import { connectOwnClient, OwnClientSession } from "./client-session.ts";
import { ErrorCode, type ErrorName, FrameType, Setting } from "./protocol.ts";

const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } =
  FrameType;
const endStream = 1;
const ack = 1;
const endHeaders = 4;
const padded = 8;
const priority = 0x20;

interface Connected extends AsyncDisposable {
  readonly session: RecordedSession;
  readonly peer: FramePeer;
  readonly server: FrameServer;
}

/** A session whose server has sent these SETTINGS and acknowledged ours. */
async function connected(
  settings: ReadonlyArray<readonly [number, number]> = [],
  connect = connectOwnClient,
): Promise<Connected> {
  const server = await startFrameServer();
  const session = new RecordedSession(connect, { address: server.address });
  const peer = await server.peer();
  peer.send(rawFrame(SETTINGS, 0, 0, settingsPayload(settings)), rawFrame(SETTINGS, ack, 0));
  await session.heard("connect");
  return {
    session,
    peer,
    server,
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const status200 = Buffer.from([0x88]);
const reply = (id: number): Buffer => rawFrame(HEADERS, endHeaders, id, status200);
const trailers = (id: number): Buffer => rawFrame(HEADERS, endHeaders | endStream, id, block("grpc-status", "0"));
const frames = (count: number, frame: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => frame));

/** The GOAWAY that a connection ends with. */
async function goawayOf({ peer, session }: Connected): Promise<{ code: number; debug: string }> {
  const { payload } = await peer.frame({ type: GOAWAY });
  await session.heard("close");
  return { code: payload.readUInt32BE(4), debug: payload.subarray(8).toString() };
}

describe("a connection", () => {
  it("begins with the preface, SETTINGS, and the window of the connection", async () => {
    await using pair = await connected();
    await pair.peer.frame({ type: SETTINGS, flags: ack });
    const [settings, window] = pair.peer.frames;
    expect(
      settings!.payload.equals(
        settingsPayload([
          [2, 0],
          [4, 1 << 20],
          [6, 16_384],
        ]),
      ),
    ).toBe(true);
    expect(window).toMatchObject({ type: WINDOW_UPDATE, id: 0, payload: word((1 << 22) - 65_535) });
  });

  it("to a server of HTTP/1 fails with what that says", async () => {
    await using server = await startFrameServer();
    const session = new RecordedSession(connectOwnClient, { address: server.address });
    const peer = await server.peer();
    peer.socket.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    await session.heard("close");
    expect(session.events).toEqual(["close"]);
    expect(String(session.cause)).toContain('does not speak HTTP/2: it began with "HTTP/1.1 400 Bad Request');
  });

  it("takes frames in whatever pieces they come", async () => {
    await using pair = await connected();
    const call = pair.session.open(undefined, Buffer.from("x"));
    const bytes = Buffer.concat([reply(1), rawFrame(DATA, 0, 1, Buffer.from("some body")), trailers(1)]);
    for (const byte of bytes) {
      pair.peer.send(Buffer.of(byte));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await call.over();
    expect([call.body, call.trailers, call.events.at(-1)]).toEqual(["some body", ["grpc-status", "0"], "end"]);
  });

  it("takes padding, priorities, CONTINUATION and unknown frames as they are meant", async () => {
    await using pair = await connected();
    const call = pair.session.open(undefined, Buffer.from("x"));
    pair.peer.send(
      rawFrame(0xfa, 0xff, 77, "0102"),
      rawFrame(PRIORITY, 0, 99, "0000000010"),
      rawFrame(
        HEADERS,
        padded | priority,
        1,
        Buffer.concat([Buffer.from("020000000010", "hex"), status200, Buffer.alloc(2)]),
      ),
      rawFrame(CONTINUATION, 0, 1, block("a", "1")),
      rawFrame(CONTINUATION, endHeaders, 1, block("b", "2")),
      rawFrame(DATA, padded, 1, Buffer.concat([Buffer.of(3), Buffer.from("body"), Buffer.alloc(3)])),
      trailers(1),
    );
    await call.over();
    expect([call.headers, call.body]).toEqual([[":status", "200", "a", "1", "b", "2"], "body"]);
  });

  it("answers PING with its data", async () => {
    await using pair = await connected();
    pair.peer.send(rawFrame(PING, 0, 0, "0102030405060708"));
    const pong = await pair.peer.frame({ type: PING, flags: ack });
    expect(pong.payload.toString("hex")).toBe("0102030405060708");
    expect(pair.session.events).toContain("ping");
  });

  it("takes only answers to its own PINGs, and has a few of them at most", async () => {
    await using pair = await connected();
    pair.peer.send(rawFrame(PING, ack, 0, "0000000000000009"), rawFrame(PING, 0, 0, "ffffffffffffffff"));
    await pair.peer.frame({ type: PING, flags: ack });
    expect(Array.from({ length: 12 }, () => pair.session.session.ping())).toEqual([
      ...Array.from({ length: 10 }, () => true),
      false,
      false,
    ]);
    await pair.peer.count({ type: PING, flags: 0 }, 10);
    pair.peer.send(rawFrame(PING, ack, 0, pair.peer.all({ type: PING, flags: 0 })[9]!.payload));
    await pair.session.heard("pong");
    expect(pair.session.events.filter((event) => event === "pong")).toHaveLength(1);
    expect(pair.session.session.ping()).toBe(true);
  });

  it("opens no stream beyond the last id, and asks for another connection", async () => {
    const connect = (options: ClientCarrierOptions) => new OwnClientSession({ ...options, firstId: 2 ** 31 - 3 });
    await using pair = await connected([], connect);
    const calls = [pair.session.open(undefined, Buffer.from("a")), pair.session.open(undefined, Buffer.from("b"))];
    expect(pair.session.session.ready).toBe(false);
    await pair.session.heard("goaway 0");
    for (const id of [2 ** 31 - 3, 2 ** 31 - 1]) pair.peer.send(reply(id), trailers(id));
    for (const call of calls) await call.over();
    expect(calls.map((call) => call.events.at(-1))).toEqual(["end", "end"]);
    await pair.session.heard("close");
  });

  it("that is gone refuses to open streams, and says that they were not processed", async () => {
    await using pair = await connected();
    pair.session.session.destroy();
    const call = pair.session.open();
    await call.over();
    expect(call.reset).toMatchObject({ unprocessed: true });
  });
});

describe("a server that breaks the rules of the connection", () => {
  it.each<[string, ErrorName, Buffer]>([
    ["DATA on stream 0", "PROTOCOL_ERROR", rawFrame(DATA, 0, 0, "00")],
    ["DATA on an idle stream", "PROTOCOL_ERROR", rawFrame(DATA, 0, 5, "00")],
    ["DATA on a stream of its own", "PROTOCOL_ERROR", rawFrame(DATA, 0, 2, "00")],
    ["padding beyond the payload", "PROTOCOL_ERROR", rawFrame(DATA, padded, 1, "05aabb")],
    ["a padded frame without a length", "FRAME_SIZE_ERROR", rawFrame(DATA, padded, 1)],
    ["HEADERS on stream 0", "PROTOCOL_ERROR", rawFrame(HEADERS, endHeaders, 0, status200)],
    ["HEADERS on an idle stream", "PROTOCOL_ERROR", rawFrame(HEADERS, endHeaders, 3, status200)],
    ["HEADERS too short for a priority", "FRAME_SIZE_ERROR", rawFrame(HEADERS, endHeaders | priority, 1, "0000")],
    ["a stream that depends on itself", "PROTOCOL_ERROR", rawFrame(HEADERS, endHeaders | priority, 1, "000000011088")],
    ["a header block that is none", "COMPRESSION_ERROR", rawFrame(HEADERS, endHeaders, 1, "ff")],
    ["PRIORITY on stream 0", "PROTOCOL_ERROR", rawFrame(PRIORITY, 0, 0, "0000000010")],
    ["PRIORITY of a wrong size", "FRAME_SIZE_ERROR", rawFrame(PRIORITY, 0, 1, "00")],
    ["RST_STREAM on stream 0", "PROTOCOL_ERROR", rawFrame(RST_STREAM, 0, 0, "00000000")],
    ["RST_STREAM on an idle stream", "PROTOCOL_ERROR", rawFrame(RST_STREAM, 0, 9, "00000000")],
    ["RST_STREAM of a wrong size", "FRAME_SIZE_ERROR", rawFrame(RST_STREAM, 0, 1, "00")],
    ["SETTINGS on a stream", "PROTOCOL_ERROR", rawFrame(SETTINGS, 0, 1)],
    ["SETTINGS of a wrong size", "FRAME_SIZE_ERROR", rawFrame(SETTINGS, 0, 0, "000100")],
    ["SETTINGS with ACK and a payload", "FRAME_SIZE_ERROR", rawFrame(SETTINGS, ack, 0, "000100000000")],
    ["ENABLE_PUSH of 2", "PROTOCOL_ERROR", rawFrame(SETTINGS, 0, 0, settingsPayload([[Setting.ENABLE_PUSH, 2]]))],
    ["a window of 2^31", "FLOW_CONTROL_ERROR", rawFrame(SETTINGS, 0, 0, settingsPayload([[4, 2 ** 31]]))],
    ["frames of 16383 bytes", "PROTOCOL_ERROR", rawFrame(SETTINGS, 0, 0, settingsPayload([[5, 16_383]]))],
    ["frames of 2^24 bytes", "PROTOCOL_ERROR", rawFrame(SETTINGS, 0, 0, settingsPayload([[5, 2 ** 24]]))],
    ["PUSH_PROMISE", "PROTOCOL_ERROR", rawFrame(PUSH_PROMISE, endHeaders, 1, "0000000288")],
    ["PING on a stream", "PROTOCOL_ERROR", rawFrame(PING, 0, 1, "0000000000000000")],
    ["PING of a wrong size", "FRAME_SIZE_ERROR", rawFrame(PING, 0, 0, "00")],
    ["GOAWAY on a stream", "PROTOCOL_ERROR", rawFrame(GOAWAY, 0, 1, "0000000000000000")],
    ["GOAWAY of a wrong size", "FRAME_SIZE_ERROR", rawFrame(GOAWAY, 0, 0, "00000000")],
    ["WINDOW_UPDATE of 0", "PROTOCOL_ERROR", rawFrame(WINDOW_UPDATE, 0, 0, "00000000")],
    ["WINDOW_UPDATE of a wrong size", "FRAME_SIZE_ERROR", rawFrame(WINDOW_UPDATE, 0, 0, "00")],
    ["WINDOW_UPDATE of an idle stream", "PROTOCOL_ERROR", rawFrame(WINDOW_UPDATE, 0, 7, "00000001")],
    ["a window beyond 2^31-1", "FLOW_CONTROL_ERROR", rawFrame(WINDOW_UPDATE, 0, 0, "7fffffff")],
    ["CONTINUATION alone", "PROTOCOL_ERROR", rawFrame(CONTINUATION, endHeaders, 1, "88")],
    [
      "a frame within a header block",
      "PROTOCOL_ERROR",
      Buffer.concat([rawFrame(HEADERS, 0, 1, "88"), rawFrame(PING, 0, 0, word(0))]),
    ],
    [
      "CONTINUATION of another stream",
      "PROTOCOL_ERROR",
      Buffer.concat([rawFrame(HEADERS, 0, 1, "88"), rawFrame(CONTINUATION, 4, 3, "88")]),
    ],
    ["a frame that is too long", "FRAME_SIZE_ERROR", rawFrame(DATA, 0, 1, Buffer.alloc(16_385))],
  ])("by %s loses it with %s", async (_, name, bytes) => {
    await using pair = await connected();
    const call = pair.session.open(undefined, Buffer.from("x"));
    pair.peer.send(bytes);
    const { code, debug } = await goawayOf(pair);
    expect(code).toBe(ErrorCode[name]);
    expect(debug).toContain(name);
    expect(String(pair.session.cause)).toContain(`broken HTTP/2 (${name})`);
    expect(call.reset).toMatchObject({ code: ErrorCode.CANCEL, cause: pair.session.cause });
  });
});

describe("a server that breaks the rules of a stream", () => {
  const cases: Array<[string, ErrorName, Buffer]> = [
    ["DATA before HEADERS", "PROTOCOL_ERROR", rawFrame(DATA, 0, 1, "00")],
    ["no :status", "PROTOCOL_ERROR", rawFrame(HEADERS, endHeaders, 1, block("a", "1"))],
    ["a :status that is none", "PROTOCOL_ERROR", rawFrame(HEADERS, endHeaders, 1, block(":status", "2000"))],
    ["pseudo-headers of a request", "PROTOCOL_ERROR", rawFrame(HEADERS, endHeaders, 1, block(":path", "/"))],
    ["upper case", "PROTOCOL_ERROR", rawFrame(HEADERS, endHeaders, 1, Buffer.concat([status200, block("A", "1")]))],
    ["a 1xx reply that ends", "PROTOCOL_ERROR", rawFrame(HEADERS, endHeaders | endStream, 1, block(":status", "100"))],
    [
      "trailers that do not end it",
      "PROTOCOL_ERROR",
      Buffer.concat([reply(1), rawFrame(HEADERS, endHeaders, 1, block("a", "1"))]),
    ],
    [
      "trailers with :status",
      "PROTOCOL_ERROR",
      Buffer.concat([reply(1), rawFrame(HEADERS, endHeaders | endStream, 1, status200)]),
    ],
    [
      "less than its content-length",
      "PROTOCOL_ERROR",
      Buffer.concat([
        rawFrame(HEADERS, endHeaders, 1, block(":status", "200", "content-length", "2")),
        rawFrame(DATA, 0, 1, "00"),
        trailers(1),
      ]),
    ],
    [
      "more than its content-length",
      "PROTOCOL_ERROR",
      Buffer.concat([
        rawFrame(HEADERS, endHeaders, 1, block(":status", "200", "content-length", "2")),
        rawFrame(DATA, 0, 1, "000000"),
      ]),
    ],
    [
      "headers beyond the limit",
      "ENHANCE_YOUR_CALM",
      rawFrame(HEADERS, endHeaders, 1, Buffer.concat([status200, frames(500, block("a", "1"))])),
    ],
    ["WINDOW_UPDATE of 0", "PROTOCOL_ERROR", rawFrame(WINDOW_UPDATE, 0, 1, "00000000")],
    ["a window beyond 2^31-1", "FLOW_CONTROL_ERROR", rawFrame(WINDOW_UPDATE, 0, 1, "7fffffff")],
  ];
  it.each(cases)("by %s loses it with %s, and the connection goes on", async (_, name, bytes) => {
    await using pair = await connected();
    const call = pair.session.open();
    pair.peer.send(bytes);
    await call.over();
    expect(call.reset).toEqual({ code: ErrorCode[name], unprocessed: false });
    const reset = await pair.peer.frame({ type: RST_STREAM, id: 1 });
    expect(reset.payload.readUInt32BE()).toBe(ErrorCode[name]);
    // What was on its way is of no matter.
    pair.peer.send(
      rawFrame(DATA, 0, 1, "00"),
      trailers(1),
      rawFrame(RST_STREAM, 0, 1, word(0)),
      rawFrame(WINDOW_UPDATE, 0, 1, word(5)),
    );
    const next = pair.session.open(undefined, Buffer.from("x"));
    pair.peer.send(reply(3), trailers(3));
    await next.over();
    expect(next.events).toEqual(["headers", "trailers", "end"]);
  });

  it("keeps its header table right, though the block is of no use", async () => {
    await using pair = await connected();
    pair.session.open().stream.reset(ErrorCode.CANCEL);
    const inserted = Buffer.from("4001610131", "hex");
    pair.peer.send(rawFrame(HEADERS, endHeaders, 1, Buffer.concat([status200, inserted])));
    const call = pair.session.open(undefined, Buffer.from("x"));
    pair.peer.send(rawFrame(HEADERS, endHeaders | endStream, 3, "88be"));
    await call.over();
    expect(call.headers).toEqual([":status", "200", "a", "1"]);
  });
});

describe("flow control", () => {
  it("sends no more than the windows of stream and connection", async () => {
    await using pair = await connected([[Setting.INITIAL_WINDOW_SIZE, 10]]);
    const call = pair.session.open(undefined, Buffer.from("0123456789abcdefghij"));
    await pair.peer.frame({ type: DATA });
    pair.peer.send(rawFrame(WINDOW_UPDATE, 0, 1, word(4)), rawFrame(PING, 0, 0, Buffer.alloc(8)));
    await pair.peer.frame({ type: PING });
    expect(pair.peer.all({ type: DATA }).map(({ payload, flags }) => [String(payload), flags])).toEqual([
      ["0123456789", 0],
      ["abcd", 0],
    ]);
    pair.peer.send(rawFrame(WINDOW_UPDATE, 0, 1, word(100)));
    await pair.peer.frame({ type: DATA, flags: endStream });
    pair.peer.send(reply(1), trailers(1));
    await call.over();
    expect(call.events.at(-1)).toBe("end");
  });

  it("follows a window that gets smaller, below 0 too, and larger again", async () => {
    await using pair = await connected([[Setting.INITIAL_WINDOW_SIZE, 100]]);
    const call = pair.session.open();
    call.stream.data(Buffer.alloc(90));
    await pair.peer.frame({ type: DATA });
    // 10 are left, and now -40.
    pair.peer.send(rawFrame(SETTINGS, 0, 0, settingsPayload([[Setting.INITIAL_WINDOW_SIZE, 50]])));
    await pair.peer.count({ type: SETTINGS, flags: ack }, 2);
    call.stream.data(Buffer.alloc(20));
    pair.peer.send(rawFrame(WINDOW_UPDATE, 0, 1, word(45)), rawFrame(PING, 0, 0, Buffer.alloc(8)));
    await pair.peer.frame({ type: PING });
    expect(pair.peer.all({ type: DATA }).map(({ payload }) => payload.length)).toEqual([90, 5]);
    pair.peer.send(rawFrame(SETTINGS, 0, 0, settingsPayload([[Setting.INITIAL_WINDOW_SIZE, 65]])));
    await pair.peer.count({ type: DATA }, 3);
    expect(pair.peer.all({ type: DATA })[2]!.payload).toHaveLength(15);
    call.stream.end();
    const last = await pair.peer.frame({ type: DATA, flags: endStream });
    expect(last.payload).toHaveLength(0);
  });

  it("gives streams that wait for the connection's window a frame each in turn", async () => {
    await using pair = await connected([[Setting.INITIAL_WINDOW_SIZE, 1 << 20]]);
    const body = Buffer.alloc(100_000);
    for (let i = 0; i < 3; i++) pair.session.open(undefined, body);
    const sent = (): number[] => pair.peer.all({ type: DATA }).map(({ payload }) => payload.length);
    const total = (): number => sent().reduce((sum, length) => sum + length, 0);
    while (total() < 65_535) await pair.peer.count({ type: DATA }, sent().length + 1);
    const before = sent().length;
    pair.peer.send(rawFrame(WINDOW_UPDATE, 0, 0, word(16_384 * 6)));
    await pair.peer.count({ type: DATA }, before + 6);
    const ids = pair.peer
      .all({ type: DATA })
      .slice(before)
      .map(({ id }) => id);
    expect(new Set(ids.slice(0, 3)).size).toBe(3);
    expect(new Set(ids.slice(3, 6)).size).toBe(3);
  });

  it("opens the windows again when half of them is used", async () => {
    await using pair = await connected();
    const call = pair.session.open(undefined, Buffer.from("x"));
    pair.peer.send(reply(1), frames(31, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))));
    await call.until(() => call.bytes === 31 * 16_384);
    expect(pair.peer.all({ type: WINDOW_UPDATE, id: 1 })).toEqual([]);
    pair.peer.send(rawFrame(DATA, 0, 1, Buffer.alloc(16_384)));
    const update = await pair.peer.frame({ type: WINDOW_UPDATE, id: 1 });
    expect(update.payload.readUInt32BE()).toBe(1 << 19);
  });

  it("opens the connection's window for a stream that is reset, and for padding", async () => {
    await using pair = await connected();
    pair.session.open().stream.reset(ErrorCode.CANCEL);
    const frame = rawFrame(DATA, padded, 1, Buffer.concat([Buffer.of(255), Buffer.alloc(16_383)]));
    pair.peer.send(frames(128, frame));
    await pair.peer.count({ type: WINDOW_UPDATE, id: 0 }, 2);
    expect(pair.peer.all({ type: WINDOW_UPDATE, id: 0 })[1]!.payload.readUInt32BE()).toBe(1 << 21);
  });

  it("resets a stream whose server does not keep to it", async () => {
    await using pair = await connected();
    const call = pair.session.open();
    call.stream.pause();
    pair.peer.send(reply(1), frames(65, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))));
    await call.over();
    expect(call.reset).toMatchObject({ code: ErrorCode.FLOW_CONTROL_ERROR });
  });

  it("bounds what is queued for a server that reads nothing, and opens no more streams then", async () => {
    await using pair = await connected([[Setting.INITIAL_WINDOW_SIZE, 2 ** 31 - 1]]);
    pair.peer.send(rawFrame(WINDOW_UPDATE, 0, 0, word(2 ** 30)));
    pair.peer.socket.pause();
    const call = pair.session.open();
    let sent = 0;
    for (let quiet = 0; quiet < 200; quiet++) {
      while (call.stream.data(Buffer.alloc(50_000))) {
        sent += 50_000;
        quiet = 0;
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    // The kernel takes a few megabytes of its own.
    expect(sent).toBeLessThan(50_000_000);
    expect(pair.session.session.ready).toBe(false);
    call.events.length = 0;
    pair.peer.socket.resume();
    await call.until(() => call.events.includes("drain"));
    await pair.session.until(() => pair.session.session.ready);
  });
});

describe("a flood", () => {
  it.each<[string, Buffer]>([
    ["PING", frames(30_000, rawFrame(PING, 0, 0, Buffer.alloc(8)))],
    ["SETTINGS", frames(300, rawFrame(SETTINGS, 0, 0))],
    ["SETTINGS acknowledgements", frames(30_000, rawFrame(SETTINGS, ack, 0))],
    ["PRIORITY", frames(30_000, rawFrame(PRIORITY, 0, 1, "0000000010"))],
    ["empty DATA", Buffer.concat([reply(1), frames(30_000, rawFrame(DATA, 0, 1))])],
    ["padding alone", Buffer.concat([reply(1), frames(30_000, rawFrame(DATA, padded, 1, "00"))])],
    ["unknown frames", frames(30_000, rawFrame(0xee, 0, 1))],
    ["WINDOW_UPDATE of a byte", frames(30_000, rawFrame(WINDOW_UPDATE, 0, 0, word(1)))],
    ["GOAWAY", frames(300, rawFrame(GOAWAY, 0, 0, Buffer.concat([word(2 ** 31 - 1), word(0)])))],
    ["RST_STREAM of an old stream", frames(30_000, rawFrame(RST_STREAM, 0, 1, word(8)))],
    ["CONTINUATION that are empty", Buffer.concat([rawFrame(HEADERS, 0, 1), frames(30, rawFrame(CONTINUATION, 0, 1))])],
    [
      "CONTINUATION that are full",
      Buffer.concat([rawFrame(HEADERS, 0, 1), frames(5, rawFrame(CONTINUATION, 0, 1, Buffer.alloc(16_384)))]),
    ],
  ])("of %s ends the connection with ENHANCE_YOUR_CALM", async (_, bytes) => {
    await using pair = await connected();
    pair.session.open();
    pair.peer.send(bytes);
    expect(await goawayOf(pair)).toMatchObject({ code: ErrorCode.ENHANCE_YOUR_CALM });
  });

  it("of PINGs whose answers nobody reads ends it too, before they fill the memory", async () => {
    await using pair = await connected();
    pair.session.open();
    pair.peer.socket.pause();
    // Slowly, so that only the answers count.
    const pings = frames(1000, rawFrame(PING, 0, 0, Buffer.alloc(8)));
    const body = Buffer.concat([rawFrame(DATA, 0, 1, "00"), rawFrame(WINDOW_UPDATE, 0, 0, word(1000))]);
    pair.peer.send(reply(1));
    const useful = frames(1000, body);
    let turns = 0;
    while (!pair.session.events.includes("close") && turns++ < 3000) {
      pair.peer.send(pings, useful);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(String(pair.session.cause)).toContain("ENHANCE_YOUR_CALM");
  });

  it("is not what a gRPC server's PINGs for its bandwidth are, one a round trip", async () => {
    await using pair = await connected();
    const call = pair.session.open();
    pair.peer.send(reply(1));
    const trip = Buffer.concat([rawFrame(DATA, 0, 1, "00"), rawFrame(PING, 0, 0, Buffer.alloc(8))]);
    pair.peer.send(frames(40_000, trip));
    await call.until(() => call.bytes === 40_000);
    expect(pair.session.session.ready).toBe(true);
  });
});

describe("GOAWAY", () => {
  const goaway = (lastId: number, code: number, debug = ""): Buffer =>
    rawFrame(GOAWAY, 0, 0, Buffer.concat([word(lastId), word(code), Buffer.from(debug)]));

  it("in two steps, as servers do that drain, loses no call", async () => {
    await using pair = await connected();
    const calls = [1, 2, 3].map(() => pair.session.open(undefined, Buffer.from("x")));
    pair.peer.send(goaway(2 ** 31 - 1, 0));
    await pair.session.heard("goaway 0");
    expect(calls.map((call) => call.events)).toEqual([[], [], []]);
    pair.peer.send(goaway(3, 0));
    await calls[2]!.over();
    expect(calls[2]!.reset).toMatchObject({ code: ErrorCode.REFUSED_STREAM, unprocessed: true });
    for (const id of [1, 3]) pair.peer.send(reply(id), trailers(id));
    await pair.session.heard("close");
    expect(calls.slice(0, 2).map((call) => call.events.at(-1))).toEqual(["end", "end"]);
    expect(pair.session.cause).toBeUndefined();
  });

  it("with an error ends the connection, and says what the server said", async () => {
    await using pair = await connected();
    const call = pair.session.open();
    pair.peer.send(goaway(2 ** 31 - 1, ErrorCode.ENHANCE_YOUR_CALM, "too_many_pings\n"));
    await pair.session.heard("close");
    expect(pair.session.events).toContain(`goaway ${ErrorCode.ENHANCE_YOUR_CALM}`);
    expect(String(pair.session.cause)).toContain("GOAWAY ENHANCE_YOUR_CALM (too_many_pings?)");
    expect(call.reset).toMatchObject({ unprocessed: false, cause: pair.session.cause });
  });
});

describe("headers", () => {
  it("larger than a frame go out in CONTINUATION", async () => {
    await using pair = await connected();
    const values = Array.from({ length: 50 }, (_, i) => [`x-${i}`, "\u00ff".repeat(1000)]).flat();
    pair.session.open([...postHeaders, ...values], Buffer.from("x"));
    await pair.peer.frame({ type: DATA });
    const blocks = pair.peer.frames.filter(({ id, type }) => id === 1 && type !== DATA);
    expect(blocks.map(({ type, flags, payload }) => [type, flags, payload.length])).toEqual([
      [HEADERS, 0, 16_384],
      [CONTINUATION, 0, 16_384],
      [CONTINUATION, 0, 16_384],
      [CONTINUATION, endHeaders, expect.any(Number)],
    ]);
  });

  it("beyond what the server takes are refused before they are sent", async () => {
    await using pair = await connected([[Setting.MAX_HEADER_LIST_SIZE, 400]]);
    expect(() => pair.session.open([...postHeaders, "a", "1".repeat(100)])).toThrow(/the server takes 400 at most/);
    pair.session.open();
    await pair.peer.frame({ type: HEADERS, id: 1 });
  });

  it("come as a list that may be changed", async () => {
    await using pair = await connected();
    for (const id of [1, 3]) {
      const call = pair.session.open(undefined, Buffer.from("x"));
      pair.peer.send(rawFrame(HEADERS, endHeaders | endStream, id, "88"));
      await call.over();
      expect(call.headers).toEqual([":status", "200"]);
      call.headers!.push("changed", "1");
    }
  });
});
