// Flow control of a client, frame by frame.
import { describe, expect, it } from "vitest";
import { rawFrame, settingsPayload, word } from "../../../testdata/frame-peer.ts";
import { connectedClient, repeated, replyFrame, trailersFrame } from "../../../testdata/own-client.ts";
import { ErrorCode, FrameType, Setting } from "./protocol.ts";

const { DATA, SETTINGS, PING, WINDOW_UPDATE } = FrameType;
const endStream = 1;
const ack = 1;
const padded = 8;

describe("flow control", () => {
  it("sends no more than the windows of stream and connection", async () => {
    await using pair = await connectedClient([[Setting.INITIAL_WINDOW_SIZE, 10]]);
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
    pair.peer.send(replyFrame(1), trailersFrame(1));
    await call.over();
    expect(call.events.at(-1)).toBe("end");
  });

  it("follows a window that gets smaller, below 0 too, and larger again", async () => {
    await using pair = await connectedClient([[Setting.INITIAL_WINDOW_SIZE, 100]]);
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
    await using pair = await connectedClient([[Setting.INITIAL_WINDOW_SIZE, 1 << 20]]);
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
    await using pair = await connectedClient();
    const call = pair.session.open(undefined, Buffer.from("x"));
    pair.peer.send(replyFrame(1), repeated(31, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))));
    await call.until(() => call.bytes === 31 * 16_384);
    expect(pair.peer.all({ type: WINDOW_UPDATE, id: 1 })).toEqual([]);
    pair.peer.send(rawFrame(DATA, 0, 1, Buffer.alloc(16_384)));
    const update = await pair.peer.frame({ type: WINDOW_UPDATE, id: 1 });
    expect(update.payload.readUInt32BE()).toBe(1 << 19);
  });

  it("opens the connection's window for a stream that is reset, and for padding", async () => {
    await using pair = await connectedClient();
    pair.session.open().stream.reset(ErrorCode.CANCEL);
    const frame = rawFrame(DATA, padded, 1, Buffer.concat([Buffer.of(255), Buffer.alloc(16_383)]));
    pair.peer.send(repeated(128, frame));
    await pair.peer.count({ type: WINDOW_UPDATE, id: 0 }, 2);
    expect(pair.peer.all({ type: WINDOW_UPDATE, id: 0 })[1]!.payload.readUInt32BE()).toBe(1 << 21);
  });

  it("resets a stream whose server does not keep to it", async () => {
    await using pair = await connectedClient();
    const call = pair.session.open();
    call.stream.pause();
    pair.peer.send(replyFrame(1), repeated(65, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))));
    await call.over();
    expect(call.reset).toMatchObject({ code: ErrorCode.FLOW_CONTROL_ERROR });
  });

  it("bounds what is queued for a server that reads nothing, and opens no more streams then", async () => {
    await using pair = await connectedClient([[Setting.INITIAL_WINDOW_SIZE, 2 ** 31 - 1]]);
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
