// What a server may do wrong, frame by frame.
import { describe, expect, it } from "vitest";
import { rawFrame, settingsPayload, word } from "../../../testdata/frame-peer.ts";
import { plainBlock as block } from "../../../testdata/header-block.ts";
import {
  connectedClient,
  goawayOf,
  repeated,
  replyFrame,
  status200,
  trailersFrame,
} from "../../../testdata/own-client.ts";
import { ErrorCode, type ErrorName, FrameType, Setting } from "./protocol.ts";

const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } =
  FrameType;
const endStream = 1;
const ack = 1;
const endHeaders = 4;
const padded = 8;
const priority = 0x20;

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
    await using pair = await connectedClient();
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
      Buffer.concat([replyFrame(1), rawFrame(HEADERS, endHeaders, 1, block("a", "1"))]),
    ],
    [
      "trailers with :status",
      "PROTOCOL_ERROR",
      Buffer.concat([replyFrame(1), rawFrame(HEADERS, endHeaders | endStream, 1, status200)]),
    ],
    [
      "less than its content-length",
      "PROTOCOL_ERROR",
      Buffer.concat([
        rawFrame(HEADERS, endHeaders, 1, block(":status", "200", "content-length", "2")),
        rawFrame(DATA, 0, 1, "00"),
        trailersFrame(1),
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
      rawFrame(HEADERS, endHeaders, 1, Buffer.concat([status200, repeated(500, block("a", "1"))])),
    ],
    ["WINDOW_UPDATE of 0", "PROTOCOL_ERROR", rawFrame(WINDOW_UPDATE, 0, 1, "00000000")],
    ["a window beyond 2^31-1", "FLOW_CONTROL_ERROR", rawFrame(WINDOW_UPDATE, 0, 1, "7fffffff")],
  ];
  it.each(cases)("by %s loses it with %s, and the connection goes on", async (_, name, bytes) => {
    await using pair = await connectedClient();
    const call = pair.session.open();
    pair.peer.send(bytes);
    await call.over();
    expect(call.reset).toEqual({ code: ErrorCode[name], unprocessed: false });
    const reset = await pair.peer.frame({ type: RST_STREAM, id: 1 });
    expect(reset.payload.readUInt32BE()).toBe(ErrorCode[name]);
    // What was on its way is of no matter.
    pair.peer.send(
      rawFrame(DATA, 0, 1, "00"),
      trailersFrame(1),
      rawFrame(RST_STREAM, 0, 1, word(0)),
      rawFrame(WINDOW_UPDATE, 0, 1, word(5)),
    );
    const next = pair.session.open(undefined, Buffer.from("x"));
    pair.peer.send(replyFrame(3), trailersFrame(3));
    await next.over();
    expect(next.events).toEqual(["headers", "trailers", "end"]);
  });

  it("keeps its header table right, though the block is of no use", async () => {
    await using pair = await connectedClient();
    pair.session.open().stream.reset(ErrorCode.CANCEL);
    const inserted = Buffer.from("4001610131", "hex");
    pair.peer.send(rawFrame(HEADERS, endHeaders, 1, Buffer.concat([status200, inserted])));
    const call = pair.session.open(undefined, Buffer.from("x"));
    pair.peer.send(rawFrame(HEADERS, endHeaders | endStream, 3, "88be"));
    await call.over();
    expect(call.headers).toEqual([":status", "200", "a", "1"]);
  });
});
