import { quote, readHeaderLines } from "./header-lines.ts";
import { badReply } from "./wire-error.ts";

/** Status line and headers of a reply, and what they say of the connection and the body. */
export interface ReplyHead {
  readonly status: number;
  /** `[name, value, …]`, names in lower case, values as Latin-1. */
  readonly headers: string[];
  /** How the body ends. `none`: there is none. */
  readonly framing: "none" | "length" | "chunked" | "close";
  /** The bytes of the body, with framing `length`. */
  readonly length: number;
  /** Whether the connection can carry another request. */
  readonly isKept: boolean;
  /** How long the server says it keeps an idle connection, in ms; undefined: it does not say. */
  readonly keptForMs: number | undefined;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;

/**
 * Reads a reply's head, without the empty line at its end. Throws a WireError `BAD_REPLY` when it is none, or when its
 * headers disagree on where the body ends: who sent that may mean to slip in another reply.
 */
export function readReplyHead(text: string, isHead: boolean): ReplyHead {
  const lineEnd = text.indexOf("\r\n");
  const end = lineEnd < 0 ? text.length : lineEnd;
  const line = statusLine.exec(text.slice(0, end));
  if (line === null) throw badReply(`status line ${quote(text, 0, end)}`);
  const status = Number(line[2]);
  const headers = readHeaderLines(text, end + 2);
  const facts = factsOf(headers);
  const isOld = line[1] === "0";
  if (isOld && facts.encoding !== undefined) throw badReply("an HTTP/1.0 reply has a transfer-encoding");
  const framing = status < 200 || status === 204 || status === 304 || isHead ? "none" : framingOf(facts);
  return {
    status,
    headers,
    framing,
    length: framing === "length" ? Number(facts.length) : 0,
    isKept: framing !== "close" && (isOld ? facts.keeps : !facts.closes),
    keptForMs: facts.hint === undefined ? undefined : keptFor(facts.hint),
  };
}

/** The headers that are about this connection. */
interface Facts {
  length: string | undefined;
  encoding: string | undefined;
  hint: string | undefined;
  closes: boolean;
  keeps: boolean;
}

function factsOf(headers: readonly string[]): Facts {
  const facts: Facts = { length: undefined, encoding: undefined, hint: undefined, closes: false, keeps: false };
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1] as string;
    switch (headers[i]) {
      case "content-length":
        if (facts.length !== undefined && facts.length !== value) throw badReply("two different content-lengths");
        facts.length = value;
        break;
      case "transfer-encoding":
        facts.encoding = facts.encoding === undefined ? value : `${facts.encoding}, ${value}`;
        break;
      case "connection":
        if (/(?:^|[,\s])close(?:[,\s]|$)/i.test(value)) facts.closes = true;
        else if (/(?:^|[,\s])keep-alive(?:[,\s]|$)/i.test(value)) facts.keeps = true;
        break;
      case "keep-alive":
        facts.hint = value;
        break;
    }
  }
  return facts;
}

// RFC 9112 §6.3. Some replies without a body declare one anyway, so this is asked for the others alone.
function framingOf({ length, encoding }: Facts): ReplyHead["framing"] {
  if (encoding !== undefined) {
    if (length !== undefined) throw badReply("both a content-length and a transfer-encoding");
    if (encoding.toLowerCase() !== "chunked") throw badReply(`transfer-encoding ${JSON.stringify(encoding)}`);
    return "chunked";
  }
  if (length === undefined) return "close";
  if (!/^\d{1,15}$/.test(length)) throw badReply(`content-length ${JSON.stringify(length)}`);
  return "length";
}

function keptFor(hint: string): number | undefined {
  const seconds = /(?:^|[,\s])timeout\s*=\s*(\d{1,9})/i.exec(hint)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
