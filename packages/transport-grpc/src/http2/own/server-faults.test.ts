// What a client may do wrong, frame by frame.
import { describe, expect, it } from "vitest";
import { rawFrame, word } from "../../../testdata/frame-peer.ts";
import { plainBlock as block } from "../../../testdata/header-block.ts";
import { repeated } from "../../../testdata/own-client.ts";
import {
  answerCall,
  begunFrame,
  connectedServer,
  requestFrame,
  requestHead,
  serverGoaway,
  serverReset,
} from "../../../testdata/own-server.ts";
import { ErrorCode, type ErrorName, FrameType } from "./protocol.ts";

const { DATA, HEADERS, WINDOW_UPDATE } = FrameType;
const endStream = 1;
const endHeaders = 4;

describe("a client that breaks the rules of the connection", () => {
  it.each<[string, ErrorName, Buffer]>([
    ["a stream with an even id", "PROTOCOL_ERROR", requestFrame(2)],
    ["DATA on an idle stream", "PROTOCOL_ERROR", rawFrame(DATA, 0, 1, "00")],
    ["WINDOW_UPDATE on an idle stream", "PROTOCOL_ERROR", rawFrame(WINDOW_UPDATE, 0, 1, word(1))],
    [
      "HEADERS on a stream that has ended",
      "STREAM_CLOSED",
      Buffer.concat([requestFrame(1), requestFrame(1), requestFrame(1)]),
    ],
    ["HEADERS on a stream that was left out", "STREAM_CLOSED", Buffer.concat([requestFrame(5), requestFrame(3)])],
    ["a push", "PROTOCOL_ERROR", rawFrame(5, endHeaders, 1, "0000000288")],
  ])("by %s loses it with %s", async (_, name, bytes) => {
    await using pair = await connectedServer(answerCall);
    pair.peer.send(bytes);
    expect(await serverGoaway(pair)).toMatchObject({ code: ErrorCode[name] });
  });
});

describe("a client that breaks the rules of a stream", () => {
  const without = (name: string): Buffer => {
    const fields = [":method", "POST", ":scheme", "http", ":path", "/a"];
    fields.splice(fields.indexOf(name), 2);
    return rawFrame(HEADERS, endHeaders, 1, block(...fields));
  };
  const withFields = (...fields: string[]): Buffer =>
    rawFrame(HEADERS, endHeaders, 1, Buffer.concat([requestHead, block(...fields)]));
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
      rawFrame(HEADERS, endHeaders, 1, Buffer.concat([requestHead, repeated(500, block("a", "1"))])),
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
      rawFrame(HEADERS, endHeaders | endStream, 1, Buffer.concat([requestHead, block("content-length", "9")])),
    ],
    [
      "trailers that do not end it",
      "PROTOCOL_ERROR",
      Buffer.concat([begunFrame(1), rawFrame(HEADERS, endHeaders, 1, block("a", "1"))]),
    ],
    ["trailers with pseudo-headers", "PROTOCOL_ERROR", Buffer.concat([begunFrame(1), requestFrame(1)])],
    ["DATA after its end", "STREAM_CLOSED", Buffer.concat([requestFrame(1), rawFrame(DATA, 0, 1, "00")])],
    ["HEADERS after its end", "STREAM_CLOSED", Buffer.concat([requestFrame(1), requestFrame(1)])],
    ["WINDOW_UPDATE of 0", "PROTOCOL_ERROR", Buffer.concat([requestFrame(1), rawFrame(WINDOW_UPDATE, 0, 1, word(0))])],
    [
      "a window beyond 2^31-1",
      "FLOW_CONTROL_ERROR",
      Buffer.concat([requestFrame(1), rawFrame(WINDOW_UPDATE, 0, 1, word(2 ** 31 - 1))]),
    ],
  ])("by %s loses it with %s, and the connection goes on", async (_, name, bytes) => {
    await using pair = await connectedServer();
    pair.peer.send(bytes);
    expect(await serverReset(pair, 1)).toBe(ErrorCode[name]);
    for (const call of pair.server.calls) await call.heard("reset");
    const calls = pair.server.calls.length;
    pair.peer.send(requestFrame(3));
    answerCall(await pair.server.call(calls));
    await pair.peer.frame({ type: HEADERS, id: 3, flags: endHeaders | endStream });
  });

  it("or has more streams than were allowed is refused those", async () => {
    await using pair = await connectedServer(() => {}, { maxConcurrentStreams: 2 });
    pair.peer.send(requestFrame(1), requestFrame(3), requestFrame(5));
    expect(await serverReset(pair, 5)).toBe(ErrorCode.REFUSED_STREAM);
    expect(pair.server.calls).toHaveLength(2);
  });
});
