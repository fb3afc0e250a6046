import type { HttpCall } from "./http-call.ts";

export interface Reply {
  readonly status: number;
  /** A valid header value; empty: none. */
  readonly contentType: string;
  readonly body: Uint8Array | string;
}

// Ours to say: a handler that sets one of them would break the framing, or lie about the encoding.
const ownHeaders = new Set(["content-type", "content-length", "transfer-encoding", "connection", "keep-alive"]);

/** Writes a whole reply, with the headers that the call has set. The call must be over. */
export function writeReply(call: HttpCall, { status, contentType, body }: Reply): void {
  const { response } = call;
  const headers = contentType === "" ? [] : ["Content-Type", contentType];
  const bodyless = status === 204 || status === 304;
  if (!bodyless) headers.push("Content-Length", String(byteLength(body)));
  addReplyHeaders(call, headers);
  // Filters wrap what they know: the methods that express and connect use.
  if (call.core.filters.length === 0) response.writeHead(status, headers);
  else setHead(call, status, headers);
  if (call.held) response.write(body);
  else if (bodyless) response.end();
  // Node sends a string in one piece with the headers, and those as UTF-8, too; by themselves they go as the Latin-1 they are.
  else response.end(typeof body === "string" && call.replyHeaderList?.some(beyondAscii) ? Buffer.from(body) : body);
}

/** Adds the headers that the call has set, but for those that are the transport's own. */
export function addReplyHeaders(call: HttpCall, headers: string[]): void {
  const list = call.replyHeaderList;
  if (list === undefined) return;
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    if (!ownHeaders.has(name)) headers.push(name, list[i + 1] as string);
  }
}

/** Sets status and headers one by one. */
export function setHead({ response }: HttpCall, status: number, headers: readonly string[]): void {
  response.statusCode = status;
  const seen = new Set<string>();
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    const value = headers[i + 1] as string;
    if (seen.has(name) || name === "vary") response.appendHeader(name, value);
    else response.setHeader(name, value);
    seen.add(name);
  }
}

function byteLength(body: Uint8Array | string): number {
  return typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
}

function beyondAscii(text: string): boolean {
  return /[^\x20-\x7e\t]/.test(text);
}
