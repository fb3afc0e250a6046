// What a server and a client of our own HTTP/2 say to each other, frame by frame.
import { describe, expect, it } from "vitest";
import { postHeaders, RecordedSession } from "../../../testdata/carrier-client.ts";
import { rawFrame, settingsPayload, startFrameServer, word } from "../../../testdata/frame-peer.ts";
import { plainBlock as block } from "../../../testdata/header-block.ts";
import { connectedClient, replyFrame, status200, trailersFrame } from "../../../testdata/own-client.ts";
import type { ClientCarrierOptions } from "../carrier.ts";
import { connectOwnClient, OwnClientSession } from "./client-session.ts";
import { ErrorCode, FrameType, Setting } from "./protocol.ts";

const { DATA, HEADERS, PRIORITY, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } = FrameType;
const endStream = 1;
const ack = 1;
const endHeaders = 4;
const padded = 8;
const priority = 0x20;

describe("a connection", () => {
  it("begins with the preface, SETTINGS, and the window of the connection", async () => {
    await using pair = await connectedClient();
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
    await using pair = await connectedClient();
    const call = pair.session.open(undefined, Buffer.from("x"));
    const bytes = Buffer.concat([replyFrame(1), rawFrame(DATA, 0, 1, Buffer.from("some body")), trailersFrame(1)]);
    for (const byte of bytes) {
      pair.peer.send(Buffer.of(byte));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await call.over();
    expect([call.body, call.trailers, call.events.at(-1)]).toEqual(["some body", ["grpc-status", "0"], "end"]);
  });

  it("takes padding, priorities, CONTINUATION and unknown frames as they are meant", async () => {
    await using pair = await connectedClient();
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
      trailersFrame(1),
    );
    await call.over();
    expect([call.headers, call.body]).toEqual([[":status", "200", "a", "1", "b", "2"], "body"]);
  });

  it("answers PING with its data", async () => {
    await using pair = await connectedClient();
    pair.peer.send(rawFrame(PING, 0, 0, "0102030405060708"));
    const pong = await pair.peer.frame({ type: PING, flags: ack });
    expect(pong.payload.toString("hex")).toBe("0102030405060708");
    expect(pair.session.events).toContain("ping");
  });

  it("takes only answers to its own PINGs, and has a few of them at most", async () => {
    await using pair = await connectedClient();
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
    await using pair = await connectedClient([], connect);
    const calls = [pair.session.open(undefined, Buffer.from("a")), pair.session.open(undefined, Buffer.from("b"))];
    expect(pair.session.session.ready).toBe(false);
    await pair.session.heard("goaway 0");
    for (const id of [2 ** 31 - 3, 2 ** 31 - 1]) pair.peer.send(replyFrame(id), trailersFrame(id));
    for (const call of calls) await call.over();
    expect(calls.map((call) => call.events.at(-1))).toEqual(["end", "end"]);
    await pair.session.heard("close");
  });

  it("that is gone refuses to open streams, and says that they were not processed", async () => {
    await using pair = await connectedClient();
    pair.session.session.destroy();
    const call = pair.session.open();
    await call.over();
    expect(call.reset).toMatchObject({ unprocessed: true });
  });
});

describe("GOAWAY", () => {
  const goaway = (lastId: number, code: number, debug = ""): Buffer =>
    rawFrame(GOAWAY, 0, 0, Buffer.concat([word(lastId), word(code), Buffer.from(debug)]));

  it("in two steps, as servers do that drain, loses no call", async () => {
    await using pair = await connectedClient();
    const calls = [1, 2, 3].map(() => pair.session.open(undefined, Buffer.from("x")));
    pair.peer.send(goaway(2 ** 31 - 1, 0));
    await pair.session.heard("goaway 0");
    expect(calls.map((call) => call.events)).toEqual([[], [], []]);
    pair.peer.send(goaway(3, 0));
    await calls[2]!.over();
    expect(calls[2]!.reset).toMatchObject({ code: ErrorCode.REFUSED_STREAM, unprocessed: true });
    for (const id of [1, 3]) pair.peer.send(replyFrame(id), trailersFrame(id));
    await pair.session.heard("close");
    expect(calls.slice(0, 2).map((call) => call.events.at(-1))).toEqual(["end", "end"]);
    expect(pair.session.cause).toBeUndefined();
  });

  it("with an error ends the connection, and says what the server said", async () => {
    await using pair = await connectedClient();
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
    await using pair = await connectedClient();
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
    await using pair = await connectedClient([[Setting.MAX_HEADER_LIST_SIZE, 400]]);
    expect(() => pair.session.open([...postHeaders, "a", "1".repeat(100)])).toThrow(/the server takes 400 at most/);
    pair.session.open();
    await pair.peer.frame({ type: HEADERS, id: 1 });
  });

  it("come as a list that may be changed", async () => {
    await using pair = await connectedClient();
    for (const id of [1, 3]) {
      const call = pair.session.open(undefined, Buffer.from("x"));
      pair.peer.send(rawFrame(HEADERS, endHeaders | endStream, id, "88"));
      await call.over();
      expect(call.headers).toEqual([":status", "200"]);
      call.headers!.push("changed", "1");
    }
  });
});
