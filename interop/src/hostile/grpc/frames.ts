import { callHeaders, data, type FrameInput, frameCase, headers, wholeCall } from "./frame-case.ts";
import { Flag, FrameType, frameOf, type Header, headerBlock, preface, settings, uint32 } from "./http2-frames.ts";

const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } =
  FrameType;
const times = (count: number, make: (i: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));
const odd = (i: number): number => 2 * i + 1;
const without = (name: string): Header[] => callHeaders.filter(([each]) => each !== name);
const withHeaders = (...more: Header[]): Buffer => Buffer.concat([headers(1, [...callHeaders, ...more]), data(1)]);
const block = (payload: Buffer): Buffer =>
  frameOf({ type: HEADERS, flags: Flag.END_HEADERS | Flag.END_STREAM, stream: 1, payload });
const reset = (stream: number): Buffer => frameOf({ type: RST_STREAM, stream, payload: uint32(8) });
const window = (stream: number, by: number): Buffer => frameOf({ type: WINDOW_UPDATE, stream, payload: uint32(by) });

const greetings: Record<string, [send: Buffer | (Buffer | "end")[], expected: string, slow?: boolean]> = {
  "nothing, and half of it closed": [["end"], "closed"],
  zeros: [Buffer.alloc(100), "goaway 1|goaway 2|closed"],
  "random bytes": [Buffer.from("8f3a9c0d2be1f47a".repeat(20), "hex"), "goaway 1|goaway 2|closed"],
  "HTTP/1.1": [Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "goaway 1|goaway 2|closed"],
  "a TLS hello": [Buffer.from("16030102000100", "hex"), "goaway 1|goaway 2|closed"],
  "a preface with one wrong letter": [Buffer.from("PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n"), "goaway 1|goaway 2|closed"],
  "half a preface": [[preface.subarray(0, 10), "end"], "closed"],
  "half a preface that stays": [preface.subarray(0, 10), "goaway 0|goaway 1|closed", true],
  "a preface without SETTINGS": [Buffer.concat([preface, wholeCall(1)]), "goaway 1"],
  "a megabyte of letters": [Buffer.alloc(1_000_000, 65), "goaway 1|goaway 2|closed"],
  "nothing at all": [[], "goaway 0|closed", true],
  "a caller that never answers PING": [Buffer.concat([preface, settings()]), "goaway 0|closed", true],
};

// After the greeting; codes of RFC 9113 §7: 1 PROTOCOL, 3 FLOW_CONTROL, 5 STREAM_CLOSED, 6 FRAME_SIZE, 9 COMPRESSION, 11 ENHANCE_YOUR_CALM.
const broken: Record<string, [send: Buffer | (Buffer | "end")[], expected: string]> = {
  "an unknown frame type": [frameOf({ type: 0xee, payload: Buffer.alloc(8) }), "alive"],
  "1,000 frames of unknown types": [times(1000, (i) => frameOf({ type: 16 + (i % 200) })), "alive"],
  "a frame above the size limit": [
    frameOf({ type: DATA, stream: 1, payload: Buffer.alloc(20_000) }),
    "goaway 6|goaway 1",
  ],
  "a frame that says it is 16 MiB": [frameOf({ type: HEADERS, stream: 1, length: 0xffffff }), "goaway 6"],
  "a cut frame": [[frameOf({ type: HEADERS, stream: 1, length: 100 }), "end"], "closed"],
  "half a frame head": [[Buffer.from([0, 0, 8]), "end"], "closed"],
  "DATA on stream 0": [data(0), "goaway 1"],
  "DATA on an idle stream": [data(1), "goaway 1"],
  "DATA on an even stream": [data(2), "goaway 1"],
  "DATA after the end": [
    Buffer.concat([wholeCall(1), data(1)]),
    "goaway 5|reset 5 alive|reply goaway 5|reply reset 5 alive",
  ],
  "DATA after a reset": [Buffer.concat([headers(1), reset(1), data(1)]), "alive|reset 5 alive|goaway 5"],
  "padding above the length": [
    Buffer.concat([headers(1), frameOf({ type: DATA, flags: Flag.PADDED, stream: 1, payload: Buffer.from([200, 1]) })]),
    "goaway 1",
  ],
  "no padding length": [
    Buffer.concat([headers(1), frameOf({ type: DATA, flags: Flag.PADDED, stream: 1 })]),
    "goaway 6|goaway 1",
  ],
  "HEADERS on stream 0": [headers(0), "goaway 1"],
  "HEADERS on an even stream": [headers(2), "goaway 1"],
  "HEADERS on an older stream": [
    Buffer.concat([wholeCall(5), wholeCall(3)]),
    "goaway 1|goaway 5|reply goaway 1|reply goaway 5|reply alive",
  ],
  "HEADERS with padding above the length": [
    frameOf({ type: HEADERS, flags: Flag.PADDED | Flag.END_HEADERS, stream: 1, payload: Buffer.from([200]) }),
    "goaway 1",
  ],
  "HEADERS with a cut priority": [
    frameOf({ type: HEADERS, flags: Flag.PRIORITY | Flag.END_HEADERS, stream: 1, payload: Buffer.alloc(3) }),
    "goaway 6|goaway 1",
  ],
  "HEADERS twice": [Buffer.concat([headers(1), headers(1)]), "goaway 1|reset 1 alive"],
  "HEADERS without an end, then DATA": [Buffer.concat([headers(1, callHeaders, 0), data(1)]), "goaway 1"],
  "HEADERS without an end, then PING": [headers(1, callHeaders, 0), "goaway 1"],
  "CONTINUATION without HEADERS": [frameOf({ type: CONTINUATION, flags: Flag.END_HEADERS, stream: 1 }), "goaway 1"],
  "CONTINUATION of another stream": [
    Buffer.concat([headers(1, callHeaders, 0), frameOf({ type: CONTINUATION, flags: Flag.END_HEADERS, stream: 3 })]),
    "goaway 1",
  ],
  "CONTINUATION after the end": [
    Buffer.concat([headers(1), frameOf({ type: CONTINUATION, flags: Flag.END_HEADERS, stream: 1 })]),
    "goaway 1",
  ],
  "PRIORITY of 4 bytes": [frameOf({ type: PRIORITY, stream: 1, payload: Buffer.alloc(4) }), "goaway 6|reset 6 alive"],
  "PRIORITY on stream 0": [frameOf({ type: PRIORITY, stream: 0, payload: Buffer.alloc(5) }), "goaway 1|alive"],
  "RST_STREAM on stream 0": [reset(0), "goaway 1"],
  "RST_STREAM on an idle stream": [reset(1), "goaway 1"],
  "RST_STREAM of 3 bytes": [
    Buffer.concat([headers(1), frameOf({ type: RST_STREAM, stream: 1, payload: Buffer.alloc(3) })]),
    "goaway 6",
  ],
  "SETTINGS of 5 bytes": [frameOf({ type: SETTINGS, payload: Buffer.alloc(5) }), "goaway 6"],
  "SETTINGS on a stream": [frameOf({ type: SETTINGS, stream: 1 }), "goaway 1"],
  "an ACK of SETTINGS with a payload": [
    frameOf({ type: SETTINGS, flags: Flag.ACK, payload: Buffer.alloc(6) }),
    "goaway 6",
  ],
  "SETTINGS that enable push with 2": [settings([2, 2]), "goaway 1"],
  "SETTINGS with a window of 2^31": [settings([4, 0x80000000]), "goaway 3"],
  "SETTINGS with a frame size of 1": [settings([5, 1]), "goaway 1"],
  "SETTINGS with a frame size of 2^24": [settings([5, 0x1000000]), "goaway 1"],
  "SETTINGS with unknown ids": [settings([0xffff, 1], [0, 0]), "alive"],
  "SETTINGS with a header table of 4 GiB": [settings([1, 0xffffffff]), "alive"],
  "1,000 ACKs of SETTINGS": [times(1000, () => frameOf({ type: SETTINGS, flags: Flag.ACK })), "alive|goaway 1"],
  PUSH_PROMISE: [frameOf({ type: PUSH_PROMISE, flags: Flag.END_HEADERS, stream: 1, payload: uint32(2) }), "goaway 1"],
  "PING of 7 bytes": [frameOf({ type: PING, payload: Buffer.alloc(7) }), "goaway 6"],
  "PING on a stream": [frameOf({ type: PING, stream: 1, payload: Buffer.alloc(8) }), "goaway 1"],
  "an answer to no PING": [
    frameOf({ type: PING, flags: Flag.ACK, payload: Buffer.alloc(8) }),
    "alive|goaway 1|goaway 2",
  ],
  GOAWAY: [frameOf({ type: GOAWAY, payload: Buffer.alloc(8) }), "closed|alive|goaway 0"],
  "GOAWAY of 4 bytes": [frameOf({ type: GOAWAY, payload: Buffer.alloc(4) }), "goaway 6"],
  "GOAWAY on a stream": [frameOf({ type: GOAWAY, stream: 1, payload: Buffer.alloc(8) }), "goaway 1"],
  "GOAWAY with 16,000 bytes of text": [
    frameOf({ type: GOAWAY, payload: Buffer.alloc(16_000) }),
    "closed|alive|goaway 0",
  ],
  "WINDOW_UPDATE by 0": [window(0, 0), "goaway 1"],
  "WINDOW_UPDATE by 0 on a stream": [Buffer.concat([headers(1), window(1, 0)]), "reset 1 alive|goaway 1"],
  "WINDOW_UPDATE above 2^31": [Buffer.concat([window(0, 0x7fffffff), window(0, 0x7fffffff)]), "goaway 3"],
  "WINDOW_UPDATE above 2^31 on a stream": [
    Buffer.concat([headers(1), window(1, 0x7fffffff)]),
    "reset 3 alive|goaway 3",
  ],
  "WINDOW_UPDATE of 3 bytes": [frameOf({ type: WINDOW_UPDATE, payload: Buffer.alloc(3) }), "goaway 6"],
  "WINDOW_UPDATE on an idle stream": [window(1, 1), "goaway 1"],
  "the highest stream number": [wholeCall(0x7fffffff), "alive|reply alive"],
};

const blocks: Record<string, [payload: Buffer, expected: string]> = {
  "an index that is not there": [block(Buffer.from([0xff, 0x80, 0x01])), "goaway 9"],
  "the index 0": [block(Buffer.from([0x80])), "goaway 9"],
  "an endless integer": [block(Buffer.alloc(20, 0xff)), "goaway 9"],
  "a cut literal": [block(Buffer.from([0x00, 0x7f])), "goaway 9"],
  "broken Huffman": [block(Buffer.from([0x00, 0x84, 0xff, 0xff, 0xff, 0xff, 0x00])), "goaway 9"],
  "a table size above the limit": [block(Buffer.from([0x3f, 0xff, 0xff, 0x7f])), "goaway 9"],
  "a table size after a field": [block(Buffer.concat([headerBlock(callHeaders), Buffer.from([0x20])])), "goaway 9"],
  "nothing in it": [block(Buffer.alloc(0)), "reset 1 alive|goaway 1"],
  "no :method": [headers(1, without(":method")), "reset 1 alive|goaway 1"],
  "no :path": [headers(1, without(":path")), "reset 1 alive|goaway 1"],
  "no :scheme": [headers(1, without(":scheme")), "reset 1 alive|goaway 1"],
  "an empty :path": [headers(1, [...without(":path"), [":path", ""]]), "reset 1 alive|goaway 1"],
  ":path twice": [headers(1, [[":path", "/"], ...callHeaders]), "reset 1 alive|goaway 1"],
  "a pseudo-header after others": [withHeaders([":x", "y"]), "reset 1 alive|goaway 1"],
  "a pseudo-header of replies": [headers(1, [[":status", "200"], ...callHeaders]), "reset 1 alive|goaway 1"],
  "a name in capitals": [withHeaders(["X-Upper", "y"]), "reset 1 alive|goaway 1"],
  // nghttp2 leaves such fields out instead of resetting the stream; handlers do not see them.
  "an empty name": [withHeaders(["", "y"]), "reset 1 alive|reply alive"],
  "a name with a space": [withHeaders(["a b", "y"]), "reset 1 alive|reply alive"],
  "a name with a line break": [withHeaders(["a\r\nb", "y"]), "reset 1 alive|reply alive"],
  "a value with a NUL": [withHeaders(["x", "a\0b"]), "reset 1 alive|reply alive"],
  "a value with a line break": [withHeaders(["x", "a\r\nb: c"]), "reset 1 alive|reply alive"],
  connection: [withHeaders(["connection", "close"]), "reset 1 alive|goaway 1"],
  "transfer-encoding": [withHeaders(["transfer-encoding", "chunked"]), "reset 1 alive|goaway 1"],
  upgrade: [withHeaders(["upgrade", "x"]), "reset 1 alive|goaway 1"],
  "te with other than trailers": [withHeaders(["te", "gzip"]), "reset 1 alive|goaway 1"],
  "a content-length that does not fit": [withHeaders(["content-length", "99"]), "reset 1 alive|goaway 1"],
  "a content-length that is no number": [withHeaders(["content-length", "x"]), "reset 1 alive|goaway 1"],
  "a megabyte in CONTINUATION frames": [
    Buffer.concat([
      headers(1, callHeaders, 0),
      times(64, () => frameOf({ type: CONTINUATION, stream: 1, payload: headerBlock([["x", "y".repeat(16_000)]]) })),
    ]),
    "goaway 1|goaway 2|goaway 11|closed",
  ],
  "10,000 CONTINUATION frames": [
    Buffer.concat([
      headers(1, callHeaders, 0),
      times(10_000, () => frameOf({ type: CONTINUATION, stream: 1, payload: headerBlock([["x", "y"]]) })),
    ]),
    "goaway 1|goaway 2|goaway 11|closed",
  ],
  "10,000 empty CONTINUATION frames": [
    Buffer.concat([headers(1, callHeaders, 0), times(10_000, () => frameOf({ type: CONTINUATION, stream: 1 }))]),
    "goaway 1|goaway 2|goaway 11|closed",
  ],
  "one field 16,000 times from the table": [
    block(
      Buffer.concat([
        headerBlock(callHeaders),
        Buffer.from([0x40, 1, 0x78, 0x7f, 0x81, 0x1e]),
        Buffer.alloc(4000, 0x79),
        Buffer.alloc(9000, 0xbe),
      ]),
    ),
    "reset 11 alive|reply alive|goaway 11|reset 1 alive|goaway 2",
  ],
  "a block of 20,000 bytes": [
    withHeaders(["x", "y".repeat(8000)], ["z", "y".repeat(8000)]),
    // The answer to the PING may come before the reply.
    "reply alive|alive|reset 11 alive|reset 7 alive|goaway 6",
  ],
};

const floods: FrameInput[] = [
  {
    name: "10,000 PINGs",
    send: times(10_000, () => frameOf({ type: PING, payload: Buffer.alloc(8) })),
    expected: "goaway 11",
  },
  { name: "10,000 SETTINGS", send: times(10_000, () => settings()), expected: "goaway 11" },
  {
    name: "10,000 SETTINGS that change the window",
    send: times(10_000, (i) => settings([4, i])),
    expected: "goaway 11",
  },
  {
    name: "1,500 SETTINGS in one frame",
    send: settings(...Array.from({ length: 1500 }, (): [number, number] => [4, 1])),
    expected: "alive|goaway 11|goaway 1",
  },
  {
    name: "rapid reset of 20,000 calls",
    send: times(20_000, (i) => Buffer.concat([headers(odd(i)), reset(odd(i))])),
    expected: "goaway 11|goaway 2|goaway 1",
  },
  {
    name: "rapid reset of 20,000 whole calls",
    send: times(20_000, (i) => Buffer.concat([wholeCall(odd(i)), reset(odd(i))])),
    expected: "goaway 11|reply goaway 11|goaway 2|goaway 1|reply goaway 2",
  },
  {
    name: "3,000 calls that never end",
    send: times(3000, (i) => headers(odd(i))),
    expected: "reset 7 alive|goaway 11|reset 7 goaway 11|reset 7 goaway 2|reset 7 reset 2 goaway 2",
  },
  {
    name: "5,000 whole calls at once",
    send: times(5000, (i) => wholeCall(odd(i))),
    expected: "reply alive|reset 7 reply alive|reply reset 7 alive|reset 7 goaway 11|goaway 11|reset 7 alive",
  },
  {
    name: "5,000 calls that are refused",
    send: times(5000, (i) => headers(odd(i), without("content-type"), Flag.END_HEADERS | Flag.END_STREAM)),
    expected: "reply alive|reset 7 reply alive|reply reset 7 alive|goaway 11|reset 7 alive",
  },
  {
    name: "5,000 malformed calls",
    send: times(5000, (i) => headers(odd(i), without(":path"))),
    expected: "goaway 11|reset 1 goaway 11|goaway 1|reset 1 goaway 1|goaway 2|reset 1 alive|reset 1 goaway 2|closed",
  },
  {
    name: "10,000 empty DATA frames",
    send: Buffer.concat([headers(1), times(10_000, () => data(1, Buffer.alloc(0), 0))]),
    expected: "alive|goaway 11|goaway 1|goaway 2|reset 11 alive",
  },
  {
    name: "100,000 DATA frames of a byte",
    send: Buffer.concat([
      headers(1),
      data(1, Buffer.from([0, 0, 2, 0, 0]), 0),
      times(100_000, () => data(1, Buffer.alloc(1), 0)),
    ]),
    expected: "alive",
  },
  {
    name: "1,000 frames that are all padding",
    send: Buffer.concat([
      headers(1),
      times(250, () => frameOf({ type: DATA, flags: Flag.PADDED, stream: 1, payload: Buffer.alloc(256, 255) })),
    ]),
    expected: "alive|goaway 11",
  },
  { name: "10,000 WINDOW_UPDATEs", send: times(10_000, () => window(0, 1)), expected: "alive|goaway 11" },
  {
    name: "10,000 PRIORITYs",
    send: times(10_000, (i) => frameOf({ type: PRIORITY, stream: odd(i), payload: Buffer.alloc(5) })),
    expected: "alive|goaway 11|goaway 1",
  },
  {
    name: "a window that is overrun",
    send: Buffer.concat([
      headers(1),
      data(1, Buffer.from([0, 0, 0x3f, 0xff, 0xff]), 0),
      times(400, () => data(1, Buffer.alloc(16_384), 0)),
    ]),
    expected: "alive|goaway 3|reset 3 alive|reply reset 0 alive|goaway 1",
  },
  {
    name: "a call whose body never comes",
    send: headers(1),
    expected: "reply closed|reply reset 0 closed|reply reset 0 goaway 0",
    slow: true,
  },
  { name: "a header block that never ends", send: headers(1, callHeaders, 0), expected: "goaway 0|closed", slow: true },
  {
    name: "replies for a window of 0",
    send: Buffer.concat([settings([4, 0]), times(200, (i) => wholeCall(odd(i)))]),
    expected: "reply closed|reply goaway 0|reply reset 0 goaway 0",
    slow: true,
  },
  {
    name: "half of the connection closed after a call",
    send: [wholeCall(1), "end"],
    expected: "reply closed|closed",
    slow: true,
  },
  { name: "half of the connection closed within a call", send: [headers(1), "end"], expected: "closed", slow: true },
];

/** Connections that break HTTP/2, or are floods within its rules. */
export const grpcFrameCases = [
  ...Object.entries(greetings).map(([name, [send, expected, slow]]) =>
    frameCase({ name: `a greeting: ${name}`, send, expected, greeting: false, slow }),
  ),
  ...Object.entries(broken).map(([name, [send, expected]]) => frameCase({ name: `frames: ${name}`, send, expected })),
  ...Object.entries(blocks).map(([name, [send, expected]]) =>
    frameCase({ name: `header blocks: ${name}`, send, expected }),
  ),
  ...floods.map((input) => frameCase({ ...input, name: `a flood: ${input.name}` })),
];
