import { get, type HttpInput, httpCase, postJson, request } from "./http-case.ts";

const open = "GET /v1/items/7 HTTP/1.1\r\nHost: a\r\n\r\n";
const dripped = (text: string, ms: number): (string | number)[] => [...text].flatMap((letter) => [letter, ms]);
const startOfBody = request("POST /v1/items:lookup", ["Content-Type: application/json", "Content-Length: 20"]);

const inputs: HttpInput[] = [
  { name: "nothing at all", send: [], expected: "closed|408", slow: true },
  { name: "nothing, and the half of it closed", send: ["end"], expected: "closed" },
  { name: "a request line that does not end", send: ["GET /v1/it"], expected: "408", slow: true },
  { name: "headers that do not end", send: ["GET / HTTP/1.1\r\nHost: a\r\n"], expected: "408", slow: true },
  { name: "one letter", send: ["G"], expected: "408", slow: true },
  { name: "headers letter by letter", send: dripped(get("/v1/items/7"), 20), expected: "408", slow: true },
  {
    name: "endless headers, line by line",
    send: ["GET / HTTP/1.1\r\n", ...Array.from({ length: 40 }, (_, i) => [`X-${i}: y\r\n`, 25]).flat()],
    expected: "408",
    slow: true,
  },
  { name: "a body that does not come", send: [startOfBody], expected: "408", slow: true },
  { name: "a body that stops", send: [startOfBody, '{"id":'], expected: "408", slow: true },
  {
    name: "a body letter by letter",
    send: [startOfBody, ...dripped('{"id":"0123456789"} ', 60)],
    expected: "408",
    slow: true,
  },
  {
    name: "a body for a hand-written route that stops",
    send: [request("POST /text", ["Content-Length: 5"]), "x"],
    expected: "408",
    slow: true,
  },
  {
    name: "chunks that stop",
    send: [request("POST /v1/items:lookup", ["Transfer-Encoding: chunked"]), "5\r\n{"],
    expected: "408",
    slow: true,
  },
  {
    name: "chunks without an end",
    send: [
      request("POST /v1/items:lookup", ["Transfer-Encoding: chunked"]),
      ...Array.from({ length: 40 }, () => ["1\r\n \r\n", 25]).flat(),
    ],
    expected: "408",
    slow: true,
  },
  {
    name: "a body for GET that stops",
    send: [request("GET /v1/items/7", ["Content-Length: 5"]), "x"],
    expected: "200|408",
    slow: true,
  },
  {
    name: "a body that was allowed and does not come",
    send: [request("POST /v1/items:lookup", ["Content-Length: 5", "Expect: 100-continue"])],
    expected: "100 408|408|100 cut|100",
    slow: true,
  },
  { name: "a connection that is kept and not used", send: [open], expected: "200", slow: true },
  { name: "a second request that does not end", send: [open, 50, "GET /v1"], expected: "200 408|200", slow: true },
  { name: "a handler that takes too long", send: [get("/v1/sleep/5000")], expected: "504", slow: true },
  { name: "a request line that is cut off", send: ["GET /v1/it", "end"], expected: "400" },
  { name: "headers that are cut off", send: ["GET / HTTP/1.1\r\nHost: a\r\n", "end"], expected: "400" },
  { name: "a body that is cut off", send: [startOfBody, "{", "end"], expected: "400" },
  {
    name: "chunks that are cut off",
    send: [request("POST /v1/items:lookup", ["Transfer-Encoding: chunked"]), "5\r\n{", "end"],
    expected: "400",
  },
  { name: "a whole request, and the half of it closed", send: [get("/v1/items/7"), "end"], expected: "200" },
  { name: "a kept connection, and the half of it closed", send: [open, "end"], expected: "200" },
  { name: "two requests at once, and the half of it closed", send: [open + open, "end"], expected: "200 200" },
  { name: "100 requests at once", send: [open.repeat(100), "end"], expected: Array(100).fill("200").join(" ") },
  { name: "5,000 requests at once", send: [open.repeat(5000), "end"], expected: Array(5000).fill("200").join(" ") },
  { name: "a request and garbage", send: [`${open}\0\0garbage\r\n\r\n`], expected: "200|200 400" },
  {
    name: "100 requests and garbage",
    send: [`${open.repeat(100)}garbage\r\n\r\n`],
    expected: Array(100).fill("200").join(" "),
  },
  { name: "garbage and a request", send: [`garbage\r\n\r\n${open}`], expected: "400" },
  { name: "a request after one that closes", send: [get("/v1/items/7") + open, "end"], expected: "200|200 400" },
  {
    name: "a request hidden in a body",
    send: [Buffer.concat([postJson("/v1/items:lookup", open), Buffer.from(open)])],
    expected: "400|400 400",
  },
  {
    name: "a request hidden behind a length of 0",
    send: [`${request("POST /v1/items:lookup", ["Connection: keep-alive", "Content-Length: 0"])}${open}`, "end"],
    expected: "200 200",
  },
  { name: "empty lines before a request", send: [`\r\n\r\n\r\n${get("/v1/items/7")}`], expected: "200" },
  { name: "100,000 empty lines", send: ["\r\n".repeat(100_000), "end"], expected: "closed|400|431" },
  { name: "a megabyte of zeros", send: [Buffer.alloc(1_000_000), "end"], expected: "400" },
  { name: "a megabyte of letters", send: ["A".repeat(1_000_000), "end"], expected: "400|431" },
  {
    name: "a refused body that goes on",
    send: [
      request("POST /v1/items:lookup", ["Content-Length: 100000000"]),
      ...Array.from({ length: 64 }, () => Buffer.alloc(65_536)),
    ],
    expected: "413",
    slow: true,
  },
  { name: "HTTP/1.0 without a Host", send: ["GET /v1/items/7 HTTP/1.0\r\n\r\n"], expected: "200" },
  {
    name: "HTTP/1.0 with chunks",
    send: [
      "POST /v1/items:lookup HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
      "end",
    ],
    expected: "200|400",
  },
];

/** Callers that are slow, leave half-way, or send more than they were asked for. */
export const connectionCases = inputs.map((input) => httpCase({ ...input, name: `a connection: ${input.name}` }));
