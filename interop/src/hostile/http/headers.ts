import { get, httpCase } from "./http-case.ts";

const path = "GET /v1/items/7 HTTP/1.1\r\n";
const raw = (headers: string): string => `${path}${headers}\r\nConnection: close\r\n\r\n`;

const blocks: Record<string, [headers: string, expected: string]> = {
  "no Host": ["X: y", "400"],
  "two Hosts": ["Host: a\r\nHost: b", "400|200"],
  "an empty Host": ["Host:", "200"],
  "a Host with a space": ["Host: a b", "200|400"],
  "a name with a space": ["Host: a\r\nBad Name: x", "400"],
  "a space before the colon": ["Host: a\r\nX : y", "400"],
  "no colon": ["Host: a\r\nnonsense", "400"],
  "an empty name": ["Host: a\r\n: x", "400"],
  "a folded line": ["Host: a\r\nX: y\r\n folded", "400"],
  "a folded first line": [" Host: a", "400"],
  "a NUL in a value": ["Host: a\r\nX: a\0b", "400"],
  "a NUL in a name": ["Host: a\r\nX\0: b", "400"],
  "a control character in a value": ["Host: a\r\nX: a\x01b", "400"],
  "a bare CR in a value": ["Host: a\r\nX: a\rb", "400"],
  "a bare LF": ["Host: a\nX: y", "400"],
  "a bare LF in a value": ["Host: a\r\nX: y\nZ: w", "400"],
  "bytes above ASCII in a value": ["Host: a\r\nX: \xe9\xff", "200"],
  "bytes above ASCII in a name": ["Host: a\r\nX\xe9: y", "400"],
  "a name of brackets": ["Host: a\r\n[x]: y", "400"],
  "a name with a quote": ['Host: a\r\n"x": y', "400"],
  "the name __proto__": ["Host: a\r\n__proto__: x", "200"],
  "the name constructor": ["Host: a\r\nconstructor: x\r\nhasOwnProperty: y\r\ntoString: z", "200"],
  "1,000 headers": [`Host: a\r\n${"X: y\r\n".repeat(1000)}Z: w`, "200"],
  "one of 20,000 bytes": [`Host: a\r\nX: ${"y".repeat(20_000)}`, "431"],
  "a name of 20,000 bytes": [`Host: a\r\n${"X".repeat(20_000)}: y`, "431"],
  "10,000 headers": [`Host: a\r\n${"X: y\r\n".repeat(10_000)}Z: w`, "431"],
  "a negative length": ["Host: a\r\nContent-Length: -1", "400"],
  "a length with a sign": ["Host: a\r\nContent-Length: +1", "400"],
  "a hexadecimal length": ["Host: a\r\nContent-Length: 0x10", "400"],
  "a length with a point": ["Host: a\r\nContent-Length: 1.0", "400"],
  "a length that is no number": ["Host: a\r\nContent-Length: ten", "400"],
  "an empty length": ["Host: a\r\nContent-Length:", "400"],
  "a length above 64 bits": ["Host: a\r\nContent-Length: 99999999999999999999", "400"],
  "a list of lengths": ["Host: a\r\nContent-Length: 1, 1", "400"],
  "two lengths": ["Host: a\r\nContent-Length: 1\r\nContent-Length: 2", "400"],
  "the same length twice": ["Host: a\r\nContent-Length: 0\r\nContent-Length: 0", "400"],
  "a length and chunks": ["Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", "400"],
  "chunks and a length": ["Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1", "400"],
  "an unknown transfer encoding": ["Host: a\r\nTransfer-Encoding: xchunked", "400|501"],
  "chunked that is not last": ["Host: a\r\nTransfer-Encoding: chunked, gzip", "400|501"],
  "an identity transfer encoding": ["Host: a\r\nTransfer-Encoding: identity", "400|501"],
  "an unknown expectation": ["Host: a\r\nExpect: the-inquisition", "417"],
};

const values: Record<string, [header: string, expected: string]> = {
  "an Accept of nonsense": ["Accept: ;;;,,,/*q=", "200"],
  "an Accept of 8,000 types": [`Accept: ${"a/b,".repeat(3900)}`, "200"],
  "an Accept with endless parameters": [`Accept: a/b${";q=1".repeat(3000)}`, "200"],
  "an Accept of __proto__": ["Accept: application/__proto__", "200"],
  "an Accept of constructor": ["Accept: application/constructor", "200"],
  "an Accept-Encoding of nonsense": ["Accept-Encoding: ,;q=;;", "200"],
  "a traceparent of nonsense": ["traceparent: 00-zz-zz-zz", "200"],
  "a Range of nonsense": ["Range: bytes=9-1,-,", "200"],
  "an If-Modified-Since of nonsense": ["If-Modified-Since: never", "200"],
  "a Cookie of nonsense": ["Cookie: =;=;;=\xff", "200"],
  "x-md headers of bytes": ["x-md-global-\x7e: \xff", "200"],
  "a Connection of nonsense": ["Connection: ,,close,,\xff", "200"],
};

/** Header blocks that are malformed, conflicting or too large, and values that make no sense. */
export const headerCases = [
  ...Object.entries(blocks).map(([name, [headers, expected]]) =>
    httpCase({ name: `headers: ${name}`, send: raw(headers), expected }),
  ),
  ...Object.entries(values).map(([name, [header, expected]]) =>
    httpCase({ name: `headers: ${name}`, send: get("/v1/items/7", [header]), expected }),
  ),
  httpCase({
    name: "headers: 100,000 where they fit",
    send: get(
      "/v1/items/7",
      Array.from({ length: 100_000 }, (_, i) => `x-${i}: y`),
    ),
    expected: "200",
    target: "wide",
  }),
  httpCase({
    name: "headers: 50,000 that a handler reads",
    send: get(
      "/v1/seen",
      Array.from({ length: 50_000 }, (_, i) => `x-${i}: y`),
    ),
    expected: "200",
    target: "wide",
  }),
  httpCase({
    name: "headers: __proto__ that a handler reads",
    send: get("/v1/seen", ["__proto__: x", "constructor: y", "x-md-__proto__: z"]),
    expected: "200",
    says: /"__proto__":\{"values":\["x"\]\}/,
  }),
];
