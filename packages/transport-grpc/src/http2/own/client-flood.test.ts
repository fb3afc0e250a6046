// What a server may send too much of.
import { describe, expect, it } from "vitest";
import { rawFrame, word } from "../../../testdata/frame-peer.ts";
import { connectedClient, goawayOf, repeated, replyFrame } from "../../../testdata/own-client.ts";
import { ErrorCode, FrameType } from "./protocol.ts";

const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } = FrameType;
const ack = 1;
const padded = 8;

describe("a flood", () => {
  it.each<[string, Buffer]>([
    ["PING", repeated(30_000, rawFrame(PING, 0, 0, Buffer.alloc(8)))],
    ["SETTINGS", repeated(300, rawFrame(SETTINGS, 0, 0))],
    ["SETTINGS acknowledgements", repeated(30_000, rawFrame(SETTINGS, ack, 0))],
    ["PRIORITY", repeated(30_000, rawFrame(PRIORITY, 0, 1, "0000000010"))],
    ["empty DATA", Buffer.concat([replyFrame(1), repeated(30_000, rawFrame(DATA, 0, 1))])],
    ["padding alone", Buffer.concat([replyFrame(1), repeated(30_000, rawFrame(DATA, padded, 1, "00"))])],
    ["unknown frames", repeated(30_000, rawFrame(0xee, 0, 1))],
    ["WINDOW_UPDATE of a byte", repeated(30_000, rawFrame(WINDOW_UPDATE, 0, 0, word(1)))],
    ["GOAWAY", repeated(300, rawFrame(GOAWAY, 0, 0, Buffer.concat([word(2 ** 31 - 1), word(0)])))],
    ["RST_STREAM of an old stream", repeated(30_000, rawFrame(RST_STREAM, 0, 1, word(8)))],
    [
      "CONTINUATION that are empty",
      Buffer.concat([rawFrame(HEADERS, 0, 1), repeated(30, rawFrame(CONTINUATION, 0, 1))]),
    ],
    [
      "CONTINUATION that are full",
      Buffer.concat([rawFrame(HEADERS, 0, 1), repeated(5, rawFrame(CONTINUATION, 0, 1, Buffer.alloc(16_384)))]),
    ],
  ])("of %s ends the connection with ENHANCE_YOUR_CALM", async (_, bytes) => {
    await using pair = await connectedClient();
    pair.session.open();
    pair.peer.send(bytes);
    expect(await goawayOf(pair)).toMatchObject({ code: ErrorCode.ENHANCE_YOUR_CALM });
  });

  it("of PINGs whose answers nobody reads ends it too, before they fill the memory", async () => {
    await using pair = await connectedClient();
    pair.session.open();
    pair.peer.socket.pause();
    // Slowly, so that only the answers count.
    const pings = repeated(1000, rawFrame(PING, 0, 0, Buffer.alloc(8)));
    const body = Buffer.concat([rawFrame(DATA, 0, 1, "00"), rawFrame(WINDOW_UPDATE, 0, 0, word(1000))]);
    pair.peer.send(replyFrame(1));
    const useful = repeated(1000, body);
    let turns = 0;
    while (!pair.session.events.includes("close") && turns++ < 3000) {
      pair.peer.send(pings, useful);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(String(pair.session.cause)).toContain("ENHANCE_YOUR_CALM");
  });

  it("is not what a gRPC server's PINGs for its bandwidth are, one a round trip", async () => {
    await using pair = await connectedClient();
    const call = pair.session.open();
    pair.peer.send(replyFrame(1));
    const trip = Buffer.concat([rawFrame(DATA, 0, 1, "00"), rawFrame(PING, 0, 0, Buffer.alloc(8))]);
    pair.peer.send(repeated(40_000, trip));
    await call.until(() => call.bytes === 40_000);
    expect(pair.session.session.ready).toBe(true);
  });
});
