import { gzipSync } from "node:zlib";
import { grpcFrame } from "../../testing/raw-grpc.ts";
import { type CallInput, callCase } from "./call-case.ts";

const everything = "/interop.v1.Echo/PostEverything";
const bytes = (...values: number[]): Buffer => Buffer.from(values);
const message = (...values: number[]): Buffer => grpcFrame(bytes(...values));
const compressed = (content: Buffer): Buffer => {
  const framed = grpcFrame(content);
  framed[0] = 1;
  return framed;
};
const gzip = { "grpc-encoding": "gzip" };

const bodies: Record<string, [body: Buffer, expected: string, path?: string]> = {
  "no message": [Buffer.alloc(0), "grpc 12|grpc 13"],
  "a prefix of 4 bytes": [bytes(0, 0, 0, 0), "grpc 13"],
  "a cut message": [bytes(0, 0, 0, 0, 9, 1), "grpc 13"],
  "a length of 4 GiB": [bytes(0, 255, 255, 255, 255), "grpc 8"],
  "a length just above the limit": [bytes(0, 0, 0x40, 0, 1), "grpc 8"],
  "too short a length": [bytes(0, 0, 0, 0, 1, 0x0a, 0x01, 0x37), "grpc 13|grpc 12"],
  "two messages": [Buffer.concat([message(), message()]), "grpc 12|grpc 13"],
  "10,000 messages": [Buffer.concat(Array.from({ length: 10_000 }, () => message())), "grpc 12|grpc 13"],
  "a message and a byte": [Buffer.concat([message(), bytes(0)]), "grpc 13"],
  "the flag 2": [bytes(2, 0, 0, 0, 0), "grpc 13"],
  "the flag 255": [bytes(255, 0, 0, 0, 0), "grpc 13"],
  "the flag of trailers of gRPC-Web": [bytes(128, 0, 0, 0, 0), "grpc 13"],
  "a compressed flag without a compression": [compressed(gzipSync("")), "grpc 13"],
  "5 MiB": [grpcFrame(Buffer.alloc(5 * 1024 * 1024)), "grpc 8"],
  JSON: [grpcFrame(Buffer.from('{"id":"7"}')), "grpc 13"],
  "a tag that is cut": [message(0x80), "grpc 13"],
  "a varint of 11 bytes": [grpcFrame(Buffer.alloc(11, 0xff)), "grpc 13"],
  "a string that is cut": [message(0x0a, 0x05, 0x61), "grpc 13"],
  "a string of 2^31 bytes": [message(0x0a, 0xff, 0xff, 0xff, 0xff, 0x07), "grpc 13"],
  "a string of 2^63 bytes": [message(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), "grpc 13"],
  "invalid UTF-8 in a string": [message(0x0a, 0x02, 0xff, 0xfe), "grpc 13"],
  "the field number 0": [message(0x02, 0x00), "grpc 13"],
  "the wire type 6": [message(0x0e), "grpc 13"],
  "the wire type 7": [message(0x0f), "grpc 13"],
  "an end of no group": [message(0x0c), "grpc 13"],
  "a group that does not end": [message(0x7b), "grpc 13"],
  "a group that ends as another": [message(0x7b, 0x84, 0x01), "grpc 13"],
  "100,000 open groups": [grpcFrame(Buffer.alloc(100_000, 0x7b)), "grpc 13"],
  "100,000 groups in each other": [
    grpcFrame(Buffer.concat([Buffer.alloc(100_000, 0x7b), Buffer.alloc(100_000, 0x7c)])),
    "grpc 13",
  ],
  "a million unknown fields": [grpcFrame(Buffer.alloc(2_000_000, bytes(0x78, 0x01))), "grpc 0"],
  "a wrong wire type for a field": [message(0x08, 0x01), "grpc 0|grpc 13"],
  "10,000 messages in each other": [grpcFrame(nested(10_000)), "grpc 13", everything],
  "a list of 4,000,000 packed numbers": [
    grpcFrame(lengthDelimited(20, Buffer.alloc(4_000_000, 1))),
    "grpc 0",
    everything,
  ],
  "a packed list that is cut": [message(0xa2, 0x01, 0x02, 0x01, 0x80), "grpc 13", everything],
  "__proto__ for a key of a map": [
    grpcFrame(
      lengthDelimited(
        30,
        Buffer.concat([lengthDelimited(1, Buffer.from("__proto__")), lengthDelimited(2, Buffer.from("x"))]),
      ),
    ),
    "grpc 0",
    everything,
  ],
  "a map entry without key and value": [message(0xf2, 0x01, 0x00), "grpc 0", everything],
};

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return bytes(...out, rest);
}

function lengthDelimited(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

// Everything.nested, with Nested.child in it again and again.
function nested(depth: number): Buffer {
  let content: Buffer = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) content = lengthDelimited(3, content);
  return lengthDelimited(17, content);
}

const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 1 });
const compressions: CallInput[] = [
  { name: "a gzip bomb of 100 MiB", headers: gzip, body: compressed(bomb), expected: "grpc 8" },
  {
    name: "a gzip bomb just above the limit",
    headers: gzip,
    body: compressed(gzipSync(Buffer.alloc(4 * 1024 * 1024 + 1))),
    expected: "grpc 8",
  },
  {
    name: "a gzip bomb of 500 members",
    headers: gzip,
    body: compressed(Buffer.concat(Array(500).fill(gzipSync(Buffer.alloc(1024 * 1024), { level: 1 })))),
    expected: "grpc 8",
  },
  { name: "gzip that is none", headers: gzip, body: compressed(Buffer.from("no gzip")), expected: "grpc 13" },
  {
    name: "gzip that is cut",
    headers: gzip,
    body: compressed(gzipSync("abcdefgh").subarray(0, 15)),
    expected: "grpc 13",
  },
  {
    name: "gzip with a wrong checksum",
    headers: gzip,
    body: compressed(Buffer.concat([gzipSync("").subarray(0, 12), Buffer.alloc(8, 1)])),
    expected: "grpc 13",
  },
  { name: "gzip of nothing at all", headers: gzip, body: compressed(Buffer.alloc(0)), expected: "grpc 13|grpc 0" },
  {
    name: "gzip with garbage after it",
    headers: gzip,
    body: compressed(Buffer.concat([gzipSync(""), Buffer.from("garbage")])),
    expected: "grpc 13|grpc 0",
  },
  ...["deflate", "br", "snappy", "GZIP", "__proto__", "constructor", "gzip,gzip", "x".repeat(4000)].map((encoding) => ({
    name: `the compression ${encoding.slice(0, 20)}`,
    headers: { "grpc-encoding": encoding },
    body: compressed(gzipSync("")),
    expected: "grpc 12",
  })),
];

const timeouts = [
  "",
  "1",
  "S",
  "1s",
  "-1S",
  "+1S",
  "1.5S",
  "1e3S",
  "0x1S",
  "123456789S",
  "1 S",
  "1SS",
  "1h",
  "١S",
  "NaNS",
  "InfinityS",
  "9".repeat(5000),
  "1S,1S",
  "__proto__",
];

const odd: CallInput[] = [
  { name: "a timeout of 0", headers: { "grpc-timeout": "0S" }, expected: "grpc 4|grpc 0" },
  { name: "a timeout of a nanosecond", headers: { "grpc-timeout": "1n" }, expected: "grpc 4|grpc 0" },
  { name: "a timeout of 11,000 years", headers: { "grpc-timeout": "99999999H" }, expected: "grpc 0" },
  // A Connect call whose body is no JSON, and a gRPC-Web call that is one.
  { name: "a gRPC body as Connect's JSON", headers: { "content-type": "application/json" }, expected: "http 400" },
  { name: "a gRPC call as gRPC-Web", headers: { "content-type": "application/grpc-web" }, expected: "http 200" },
  ...["GET", "PUT", "OPTIONS", "CONNECT-X", "post"].map((verb) => ({
    name: `the verb ${verb}`,
    headers: { ":method": verb },
    expected: "http 405",
  })),
  ...["", "text/html", "application/grpcx", "application/grpc+xml", "__proto__", "x".repeat(5000)].map((type) => ({
    name: `the content type ${JSON.stringify(type.slice(0, 30))}`,
    headers: { "content-type": type },
    expected: "http 415",
  })),
  ...[
    "/",
    "//",
    "/a",
    "/a/b/c",
    "/interop.v1.Echo",
    "/interop.v1.Echo/",
    "/interop.v1.Echo/getItem",
    "/interop.v1.Echo/__proto__",
    "/__proto__/constructor",
    "/constructor/name",
    "interop.v1.Echo/GetItem",
    "/interop.v1.Echo/GetItem/",
    "/interop.v1.Echo/GetItem?x=1",
    "/%69nterop.v1.Echo/GetItem",
    "/../interop.v1.Echo/GetItem",
    "*",
    `/${"x".repeat(8000)}/y`,
  ].map((path) => ({
    name: `the path ${path.slice(0, 40)}`,
    path,
    expected: "grpc 12|reset 1",
  })),
  ...Object.entries({
    "-bin that is no base64": ["x-bin", "***"],
    "-bin of one letter": ["x-bin", "A"],
    "-bin that is empty": ["x-bin", ""],
    "-bin of only commas": ["x-bin", ",".repeat(5000)],
    "-bin of only padding": ["x-bin", "===="],
    "a global -bin that is no base64": ["x-md-global-x-bin", "\u00ff***"],
    "grpc-status-details-bin of nonsense": ["grpc-status-details-bin", "!!!"],
    "a grpc-status": ["grpc-status", "99"],
    "a name of the prototype": ["__proto__", "x"],
    "the name constructor": ["constructor", "x"],
    "broken percent escapes": ["x", "%zz%"],
    "bytes above ASCII": ["x", "\u00e9\u00ff"],
    "grpc-accept-encoding of nonsense": ["grpc-accept-encoding", ",;,gzip;q=x"],
    "traceparent of nonsense": ["traceparent", "zz"],
    "10,000 bytes": ["x", "y".repeat(10_000)],
  }).map(([name, [header, value]]) => ({
    name: `metadata: ${name}`,
    path: "/interop.v1.Echo/Seen",
    headers: { [header as string]: value },
    expected: "grpc 0",
  })),
  {
    name: "metadata: 300 headers",
    path: "/interop.v1.Echo/Seen",
    headers: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, "y"])),
    expected: "grpc 0",
  },
  {
    name: "metadata: above the limit",
    headers: { x: "y".repeat(14_000), z: "y".repeat(14_000) },
    expected: "grpc 8|http 431|reset 11",
  },
  { name: "metadata: 60,000 bytes", headers: { x: "y".repeat(60_000) }, expected: "grpc 8|http 431|reset 11|reset 2" },
  { name: "a streaming method called as a unary one", path: "/interop.v1.Streams/Chat", expected: "grpc 12|grpc 0" },
];

/** Calls over correct HTTP/2 that break gRPC. */
export const grpcCallCases = [
  ...Object.entries(bodies).map(([name, [body, expected, path]]) =>
    callCase({ name: `a body: ${name}`, body, expected, path }),
  ),
  ...compressions.map(callCase),
  ...timeouts.map((timeout) =>
    callCase({
      name: `the timeout ${JSON.stringify(timeout.slice(0, 20))}`,
      headers: { "grpc-timeout": timeout },
      expected: "grpc 3|grpc 13",
    }),
  ),
  ...odd.map(callCase),
];
