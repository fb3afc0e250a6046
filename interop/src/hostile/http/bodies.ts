import { type HttpInput, httpCase, post, request } from "./http-case.ts";

const head = (...headers: string[]): string =>
  request("POST /v1/items:lookup", ["Content-Type: application/json", ...headers]);
const chunked = (chunks: string): string => `${head("Transfer-Encoding: chunked")}${chunks}`;

const chunkings: Record<string, [chunks: string, expected: string]> = {
  "a size that is no number": ["zz\r\n{}\r\n0\r\n\r\n", "400"],
  "a negative size": ["-2\r\n{}\r\n0\r\n\r\n", "400"],
  "a size with a sign": ["+2\r\n{}\r\n0\r\n\r\n", "400"],
  "a size with 0x": ["0x2\r\n{}\r\n0\r\n\r\n", "400"],
  "a size above 64 bits": ["fffffffffffffffff\r\n{}", "400"],
  "a size of 2^63": ["8000000000000000\r\n{}", "400|413"],
  "an empty size": ["\r\n{}\r\n0\r\n\r\n", "400"],
  "a space before the size": [" 2\r\n{}\r\n0\r\n\r\n", "400"],
  "a space after the size": ["2 \r\n{}\r\n0\r\n\r\n", "400|200"],
  "too small a size": ["1\r\n{}\r\n0\r\n\r\n", "400"],
  "too large a size": ["3\r\n{}\r\n0\r\n\r\n", "400"],
  "a bare LF after the size": ["2\n{}\r\n0\r\n\r\n", "400"],
  "no line break after the data": ["2\r\n{}0\r\n\r\n", "400"],
  "a NUL in the size": ["2\0\r\n{}\r\n0\r\n\r\n", "400"],
  "an extension": ["2;a=b\r\n{}\r\n0\r\n\r\n", "200"],
  "an extension with a quote": ['2;a="b;c"\r\n{}\r\n0\r\n\r\n', "200"],
  "an extension with a NUL": ["2;a=\0\r\n{}\r\n0\r\n\r\n", "400"],
  "an extension of 20,000 bytes": [`2;${"a".repeat(20_000)}\r\n{}\r\n0\r\n\r\n`, "413"],
  // Node limits those of each chunk.
  "extensions of 20,000 bytes in all": [`${`1;${"a".repeat(999)}\r\n \r\n`.repeat(20)}2\r\n{}\r\n0\r\n\r\n`, "200|413"],
  "a trailer": ["2\r\n{}\r\n0\r\nX: y\r\n\r\n", "200"],
  "a trailer that is a length": ["2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n", "200|400"],
  "a malformed trailer": ["2\r\n{}\r\n0\r\nX y\r\n\r\n", "400"],
  "trailers of 20,000 bytes": [`2\r\n{}\r\n0\r\nX: ${"y".repeat(20_000)}\r\n\r\n`, "431"],
  "10,000 trailers": [`2\r\n{}\r\n0\r\n${"X: y\r\n".repeat(10_000)}\r\n`, "431"],
  "leading zeros": [`${"0".repeat(15)}2\r\n{}\r\n0\r\n\r\n`, "200|400"],
  "20,000 chunks of a byte": [`${"1\r\n \r\n".repeat(20_000)}2\r\n{}\r\n0\r\n\r\n`, "200"],
};

// A sender that goes on long after its refusal may lose it to the reset of its connection.
const large = 5 * 1024 * 1024;
const others: HttpInput[] = [
  {
    name: "a body above the limit",
    send: post("/v1/items:lookup", "application/json", "x".repeat(large)),
    expected: "413|reset",
  },
  { name: "a declared length above the limit", send: [head(`Content-Length: ${large}`), "end"], expected: "413" },
  { name: "a declared length of 2^53", send: [head("Content-Length: 9007199254740993"), "end"], expected: "413" },
  {
    name: "a declared length of 2^63",
    send: [head("Content-Length: 9223372036854775808"), "end"],
    expected: "413|400",
  },
  {
    name: "chunks above the limit",
    send: chunked(`${large.toString(16)}\r\n${"x".repeat(large)}\r\n0\r\n\r\n`),
    expected: "413|reset",
  },
  {
    name: "a body above the limit that waits for 100",
    send: [head(`Content-Length: ${large}`, "Expect: 100-continue")],
    expected: "413",
  },
  {
    name: "a body above the limit to a hand-written route",
    send: post("/text", "text/plain", "x".repeat(large)),
    expected: "413|reset",
  },
  {
    name: "chunks above the limit to a hand-written route",
    send: `${request("POST /text", ["Transfer-Encoding: chunked"])}${large.toString(16)}\r\n${"x".repeat(large)}\r\n0\r\n\r\n`,
    expected: "413|reset",
  },
  { name: "a body for GET", send: `${request("GET /v1/items/7", ["Content-Length: 4"])}{"a"`, expected: "200" },
  {
    name: "chunks for GET",
    send: `${request("GET /v1/items/7", ["Transfer-Encoding: chunked"])}4\r\n{"a"\r\n0\r\n\r\n`,
    expected: "200",
  },
  { name: "more than the declared length", send: `${head("Content-Length: 2")}{}{}`, expected: "200|200 400" },
  {
    name: "a body that the route has no place for",
    send: `${request("DELETE /v1/items/7", ["Content-Length: 2"])}{}`,
    expected: "200",
  },
  { name: "a content type of nonsense", send: post("/v1/items:lookup", ";;;///", "{}"), expected: "400" },
  {
    name: "a content type of __proto__",
    send: post("/v1/items:lookup", "application/__proto__", "{}"),
    expected: "400",
  },
  {
    name: "a content type of constructor",
    send: post("/v1/items:lookup", "application/constructor", "{}"),
    expected: "400",
  },
  {
    name: "a content type with an unknown charset",
    send: post("/v1/items:lookup", "application/json; charset=klingon", "{}"),
    expected: "200|400|415",
  },
  {
    name: "a content type of 8,000 bytes",
    send: post("/v1/items:lookup", `application/${"x".repeat(8000)}`, "{}"),
    expected: "400",
  },
  {
    name: "a content encoding that is not spoken",
    send: `${head("Content-Encoding: gzip", "Content-Length: 4")}\x1f\x8b\x08\x00`,
    expected: "400|415",
  },
  {
    name: "a multipart body without a boundary",
    send: post("/v1/items:lookup", "multipart/form-data", "--x"),
    expected: "400",
  },
  {
    name: "binary that is no message",
    send: post("/v1/items:lookup", "application/proto", "\xff\xff\xff"),
    expected: "400",
  },
  {
    name: "binary that is cut",
    send: post("/v1/items:lookup", "application/proto", Buffer.from([0x0a, 0x7f, 0x61])),
    expected: "400",
  },
  {
    name: "binary with an endless varint",
    send: post("/v1/items:lookup", "application/proto", Buffer.alloc(1000, 0xff)),
    expected: "400",
  },
  {
    name: "binary with 500,000 empty groups",
    send: post("/v1/items:lookup", "application/proto", Buffer.alloc(1_000_000, Buffer.from([0x7b, 0x7c]))),
    expected: "200|400",
  },
  {
    name: "binary with 100,000 open groups",
    send: post("/v1/items:lookup", "application/proto", Buffer.alloc(100_000, 0x7b)),
    expected: "400",
  },
  {
    name: "binary with the field number 0",
    send: post("/v1/items:lookup", "application/proto", Buffer.from([0x02, 0x00])),
    expected: "400",
  },
  {
    name: "binary with invalid UTF-8 in a string",
    send: post("/v1/items:lookup", "application/proto", Buffer.from([0x0a, 0x02, 0xff, 0xfe])),
    expected: "400",
  },
];

/** Bodies whose chunks are malformed, that are too large, or that no codec reads. */
export const bodyCases = [
  ...Object.entries(chunkings).map(([name, [chunks, expected]]) =>
    httpCase({ name: `chunks: ${name}`, send: [chunked(chunks), "end"], expected }),
  ),
  ...others.map(httpCase),
];
