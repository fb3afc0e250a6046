import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { PortHost } from "@kratos-ts/core";
import type { ServerStream, StreamHandler } from "../http2/carrier.ts";
import type { RequestHead } from "./request-head.ts";
import { Http2Exchange } from "./web/http2-exchange.ts";

export interface PassedStream {
  readonly host: PortHost;
  readonly stream: ServerStream;
  readonly head: RequestHead;
  /** No body comes. */
  readonly end: boolean;
}

// What the host may answer; what its own server sends is for its author to limit.
const maxReplyHeaderBytes = 256 * 1024;

/**
 * Passes a stream of HTTP/2 on to the host of the port, as a request of HTTP/1.1 on a connection within the process, so
 * that all of the host's features serve it unchanged. A slow reader on either side holds the writer on the other.
 */
export function passToHost(passed: PassedStream): StreamHandler {
  const exchange = new Http2Exchange(passed.stream, passed.end);
  exchangeWithHost(passed, exchange).catch(() => exchange.abort());
  return exchange;
}

async function exchangeWithHost({ host, stream, head, end }: PassedStream, exchange: Http2Exchange): Promise<void> {
  const { request } = await import("node:http");
  const { method, path } = head;
  if (exchange.gone) return;
  const outgoing = request({
    createConnection: () => host.connect(stream.session.socket) as Duplex,
    method,
    path,
    headers: requestHeaders(head, end),
    maxHeaderSize: maxReplyHeaderBytes,
  });
  exchange.onGone(() => outgoing.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.once("close", () => reject(new Error("the host has closed its connection")));
  });
  outgoing.on("error", ignore);
  const sent = sendBody(exchange, outgoing);
  const response = await answered;
  await exchange.reply(replyOf(response, method));
  outgoing.destroy();
  await sent;
}

async function sendBody(exchange: Http2Exchange, outgoing: ClientRequest): Promise<void> {
  try {
    for await (const chunk of exchange.body) {
      if (outgoing.destroyed) return;
      if (!outgoing.write(chunk)) await drained(outgoing);
    }
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
    if (outgoing.destroyed) done();
  });
}

// Of one connection of HTTP/1.1 alone; HTTP/2 has none of them (RFC 9113 §8.2.2).
const ofConnection = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);
// What HTTP/2 does in its own way: bodies need no permission, trailers no announcement.
const ofRequest = new Set([...ofConnection, "te", "expect", "host", "cookie"]);

function requestHeaders({ headers, authority, method }: RequestHead, end: boolean): string[] {
  const list: string[] = [];
  const cookies: string[] = [];
  let host = authority;
  let length = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    if (name === "cookie") cookies.push(value);
    else if (name === "host") host ||= value;
    else if (!name.startsWith(":") && !ofRequest.has(name)) list.push(name, value);
    length ||= name === "content-length";
  }
  // Split for compression's sake, they are one field for everybody else (RFC 9113 §8.2.3).
  if (cookies.length > 0) list.push("cookie", cookies.join("; "));
  if (!end && !length) list.push("transfer-encoding", "chunked");
  else if (!length && /^(?:POST|PUT|PATCH)$/.test(method)) list.push("content-length", "0");
  return ["host", host, ...list];
}

function replyOf(response: IncomingMessage, method: string) {
  const { statusCode: status = 502, rawHeaders } = response;
  const bodiless = method === "HEAD" || status === 204 || status === 304;
  if (bodiless) response.resume();
  return {
    status,
    headers: lowerCased(rawHeaders),
    body: bodiless ? undefined : response,
    trailers: () => lowerCased(response.rawTrailers),
  };
}

function lowerCased(raw: readonly string[]): string[] {
  const list: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (!ofConnection.has(name)) list.push(name, raw[i + 1] as string);
  }
  return list;
}

// What broke it is told by its 'close'.
function ignore(): void {}
