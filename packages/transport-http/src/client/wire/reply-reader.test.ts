import { describe, expect, it } from "vitest";
import type { ReplyHead } from "./reply-head.ts";
import { ReplyReader } from "./reply-reader.ts";

interface Read {
  status: number;
  headers: string[];
  body: string;
  trailers: readonly string[];
  isKept: boolean;
  isDone: boolean;
  hasExcess: boolean;
}

/** Reads a reply that comes in these pieces; `ends`: then the connection does. */
function readPieces(pieces: string[], options: { isHead?: boolean; ends?: boolean } = {}): Read {
  let head: ReplyHead | undefined;
  let body = "";
  const reader = new ReplyReader({
    maxHeadBytes: 200,
    onHead: (value) => {
      head = value;
    },
    onBody: (bytes) => {
      body += bytes.toString("latin1");
    },
  });
  reader.expect(options.isHead === true);
  let isDone = false;
  for (const piece of pieces) isDone = reader.read(Buffer.from(piece, "latin1"), piece.length);
  if (options.ends) {
    reader.end();
    isDone = true;
  }
  const { status = 0, headers = [], isKept = false } = head ?? {};
  const { trailers, hasExcess } = reader;
  return { status, headers, body, trailers, isKept, isDone, hasExcess };
}

const read = (text: string, options?: { isHead?: boolean; ends?: boolean }): Read => readPieces([text], options);

const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

describe("a reply", () => {
  it.each<[string, string, Partial<Read>]>([
    [
      "with a length",
      "HTTP/1.1 200 OK\r\nContent-Type:  text/plain \t\r\nContent-Length: 5\r\n\r\nhello",
      { status: 200, headers: ["content-type", "text/plain", "content-length", "5"], body: "hello", isKept: true },
    ],
    ["without a reason", "HTTP/1.1 204\r\n\r\n", { status: 204, body: "" }],
    ["with an empty reason", "HTTP/1.1 299 \r\ncontent-length: 0\r\n\r\n", { status: 299, body: "" }],
    ["with an empty header", "HTTP/1.1 204 OK\r\nx-a:\r\n\r\n", { headers: ["x-a", ""] }],
    ["with Latin-1 in a header", "HTTP/1.1 204 \xe9\r\nx-a: \xe9\xa0\r\n\r\n", { headers: ["x-a", "\xe9\xa0"] }],
    ["that is 304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", { body: "", isKept: true }],
    [
      "that is 204 with a length that is none",
      "HTTP/1.1 204 OK\r\ncontent-length: x\r\n\r\n",
      { body: "", isKept: true },
    ],
    ["with the same length twice", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nContent-Length: 1\r\n\r\na", { body: "a" }],
    ["with close", "HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 0\r\n\r\n", { isKept: false }],
    ["of HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", { isKept: false }],
    [
      "of HTTP/1.0 that is kept",
      "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\ncontent-length: 0\r\n\r\n",
      { isKept: true },
    ],
    [
      "after 1xx",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 201 OK\r\ncontent-length: 2\r\n\r\nok",
      { status: 201, headers: ["content-length", "2"], body: "ok" },
    ],
    ["in chunks", `${chunkedHead}5\r\nhello\r\n00A ; ext="x"\r\n, you all!\r\n0\r\n\r\n`, { body: "hello, you all!" }],
    [
      "in chunks with a trailer",
      `${chunkedHead}1\r\na\r\n0\r\nX-Sum: 1\r\nx-b: 2\r\n\r\n`,
      { body: "a", trailers: ["x-sum", "1", "x-b", "2"], isKept: true },
    ],
    ["in no chunks", `${chunkedHead}0\r\n\r\n`, { body: "", isKept: true }],
  ])("%s", (_, text, expected) => {
    expect(read(text)).toMatchObject({ isDone: true, hasExcess: false, ...expected });
  });

  it("reads the same however the connection cuts it", () => {
    const texts = [
      `HTTP/1.1 100 Continue\r\n\r\n${chunkedHead}5\r\nhello\r\n1\r\n!\r\n0\r\nx-a: 1\r\n\r\n`,
      "HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 6\r\n\r\n\r\n\r\nab",
    ];
    for (const text of texts) {
      const whole = read(text);
      expect(whole.isDone).toBe(true);
      expect(readPieces([...text])).toEqual(whole);
      for (let i = 1; i < text.length; i++) expect(readPieces([text.slice(0, i), text.slice(i)])).toEqual(whole);
    }
  });

  it("to HEAD has no body", () => {
    const text = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
    expect(read(text, { isHead: true })).toMatchObject({ isDone: true, body: "", isKept: true });
    expect(read(text)).toMatchObject({ isDone: false });
  });

  it("without a length ends with the connection", () => {
    expect(read("HTTP/1.1 200 OK\r\n\r\nhello", { ends: true })).toMatchObject({ body: "hello", isKept: false });
  });

  it("is told from what comes after it", () => {
    const second = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";
    expect(read(`HTTP/1.1 204 OK\r\n\r\n${second}`)).toMatchObject({ status: 204, body: "", hasExcess: true });
    expect(read(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na${second}`)).toMatchObject({
      body: "a",
      hasExcess: true,
    });
    expect(read(`${chunkedHead}0\r\n\r\n${second}`)).toMatchObject({ body: "", hasExcess: true });
  });

  it.each([
    ["a head", "HTTP/1.1 200 OK\r\n"],
    ["a body with a length", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell"],
    ["a body in chunks", `${chunkedHead}5\r\nhello\r\n`],
  ])("is incomplete when the connection ends within %s", (_, text) => {
    expect(() => read(text, { ends: true })).toThrow("the server closed the connection");
  });
});

describe("it refuses", () => {
  const head = "HTTP/1.1 200 OK\r\n";
  it.each<[string, string, string | RegExp]>([
    ["another protocol, before the head ends", "220 mail.example ESMTP\r\n", 'it starts with "220 mail.example ESMTP'],
    ["HTTP/2", "HTTP/2 200 OK\r\n\r\n", "status line"],
    ["lines that end in LF, before the head ends", "HTTP/1.1 200 OK\nx-a: b\n\n", "it starts with"],
    ["a status beyond three digits", "HTTP/1.1 2000 OK\r\n\r\n", "status line"],
    ["a status of 0", "HTTP/1.1 000 OK\r\n\r\n", "status line"],
    ["a reason with a control character", "HTTP/1.1 200 O\x01K\r\n\r\n", "status line"],
    ["a folded header", `${head}x-a: b\r\n c: d\r\n\r\n`, 'header line " c: d"'],
    ["a blank before the colon", `${head}content-length : 5\r\n\r\n`, "header line"],
    ["a header without a colon", `${head}nothing\r\nx: y\r\n\r\n`, 'header line "nothing"'],
    ["a header without a name", `${head}: x\r\n\r\n`, "header line"],
    ["a zero byte in a value", `${head}x-a: b\0\r\n\r\n`, "the value of header x-a has a control character"],
    ["a lone CR in a value", `${head}x-a: b\rc: d\r\n\r\n`, "the value of header x-a has a control character"],
    ["a lone LF in a value", `${head}x-a: b\nc: d\r\n\r\n`, /starts with|control character/],
    ["two lengths", `${head}content-length: 5\r\ncontent-length: 6\r\n\r\n`, "two different content-lengths"],
    ["a list of lengths", `${head}content-length: 5, 5\r\n\r\n`, 'content-length "5, 5"'],
    ["a length with a sign", `${head}content-length: +5\r\n\r\n`, 'content-length "+5"'],
    ["a length in hexadecimal", `${head}content-length: 0x5\r\n\r\n`, 'content-length "0x5"'],
    ["an empty length", `${head}content-length:\r\n\r\n`, 'content-length ""'],
    ["a length beyond all bounds", `${head}content-length: 99999999999999999\r\n\r\n`, "content-length"],
    ["a length and chunks", `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`, "both a content-length"],
    [
      "another transfer encoding",
      `${head}transfer-encoding: gzip, chunked\r\n\r\n`,
      'transfer-encoding "gzip, chunked"',
    ],
    ["chunks twice", `${head}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n`, "transfer-encoding"],
    ["chunks of HTTP/1.0", "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "HTTP/1.0"],
    ["a switch of protocols", "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n", "it switches protocols"],
    ["a head that is too large", `${head}x-a: ${"y".repeat(200)}\r\n\r\n`, "its head is larger than 200 bytes"],
    ["a head without end", `${head}x-a: ${"y".repeat(2000)}`, "its head is larger than 200 bytes"],
    ["heads of 1xx without end", "HTTP/1.1 100 Continue\r\n\r\n".repeat(10), "its head is larger than 200 bytes"],
    ["a chunk size that is none", `${chunkedHead}5g\r\nhello\r\n`, 'chunk size "5g"'],
    ["an empty chunk size", `${chunkedHead}\r\nhello\r\n`, 'chunk size ""'],
    ["a negative chunk size", `${chunkedHead}-5\r\nhello\r\n`, 'chunk size "-5"'],
    ["a chunk size beyond all bounds", `${chunkedHead}FFFFFFFFFFFFFFFF\r\n`, "chunk size"],
    ["a chunk that ends in LF", `${chunkedHead}5\nhello\r\n`, "does not end in CRLF"],
    ["a chunk that is too long", `${chunkedHead}5\r\nhello!\r\n0\r\n\r\n`, "a chunk is longer than its size"],
    [
      "a chunk extension without end",
      `${chunkedHead}5;${"y".repeat(300)}`,
      "a chunk's head or the trailer is too long",
    ],
    [
      "a trailer without end",
      `${chunkedHead}0\r\n${"x-a: b\r\n".repeat(40)}`,
      "a chunk's head or the trailer is too long",
    ],
    ["a folded trailer", `${chunkedHead}0\r\nx-a: b\r\n c\r\n\r\n`, 'header line " c"'],
  ])("%s", (_, text, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: "WireError", code: "BAD_REPLY" }));
    expect(() => read(text)).toThrow(message);
    // Whatever the pieces, it is never read as a whole reply.
    expect(() => readPieces([...text])).toThrow(expect.objectContaining({ code: "BAD_REPLY" }));
  });
});
