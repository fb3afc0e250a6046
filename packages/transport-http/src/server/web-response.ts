import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { writeError } from "./error-reply.ts";
import type { HttpCall } from "./http-call.ts";
import { addReplyHeaders, setHead } from "./reply.ts";

/** Headers of one connection, which a response from elsewhere may bring along (RFC 9110 §7.6.1). */
const hopByHop = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection", "te"]);

/** Sends a web-standard Response as the reply of a call; the call is over when its body is. */
export function writeResponse(call: HttpCall, answer: Response): void {
  if (typeof answer?.status !== "number" || typeof answer.headers?.entries !== "function")
    throw new TypeError(`${call.operation} gave ${answer} for a reply, not a Response`);
  if (call.replied) {
    answer.body?.cancel().catch(ignore);
    return;
  }
  const open = call.claim();
  write(call, answer, open)
    .catch((error: unknown) => breakOff(call, error))
    .finally(() => call.end());
}

async function write(call: HttpCall, answer: Response, open: boolean): Promise<void> {
  const { response } = call;
  const { body, status } = answer;
  if (!open || body === null || call.requestMethod === "HEAD") {
    body?.cancel().catch(ignore);
    if (open) {
      setHead(call, status, headersOf(call, answer, body === null ? 0 : undefined));
      response.end();
    }
    return;
  }
  const reader = body.getReader();
  const onClose = (): void => call.abandon();
  response.once("close", onClose);
  call.endStream = () => {
    reader.cancel().catch(ignore);
    response.destroy();
  };
  // A body made of a string or of bytes is there at once: it is sent in one piece, with its length.
  let next = reader.read();
  let ready = await atOnce(next);
  const first = ready?.value;
  if (first !== undefined) {
    next = reader.read();
    ready = await atOnce(next);
  }
  const whole = ready?.done === true;
  setHead(call, status, headersOf(call, answer, whole ? (first?.byteLength ?? 0) : undefined));
  if (first !== undefined) response.write(first);
  else if (!whole) response.flushHeaders();
  for (let read = await next; !read.done; read = await reader.read())
    if (!response.write(read.value) && !response.destroyed) await drained(response);
  response.end();
  response.off("close", onClose);
}

function atOnce<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, nextTurn(undefined)]);
}

function headersOf(call: HttpCall, answer: Response, length: number | undefined): string[] {
  const headers: string[] = [];
  for (const [name, value] of answer.headers) if (!hopByHop.has(name)) headers.push(name, value);
  addReplyHeaders(call, headers);
  const mayHaveLength = answer.status !== 204 && answer.status !== 304 && !answer.headers.has("content-length");
  if (length !== undefined && mayHaveLength) headers.push("content-length", String(length));
  return headers;
}

async function drained(response: ServerResponse): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const waits = [once(response, "drain", { signal }), once(response, "close", { signal })];
  await Promise.race(waits).finally(() => stop.abort());
}

// Once the head is out, all that can be said is that the rest does not come.
function breakOff(call: HttpCall, error: unknown): void {
  if (!call.response.headersSent) {
    writeError(call, error);
    return;
  }
  call.response.destroy();
  call.core.options.logger.error("a reply broke off", { operation: call.operation, error });
}

function ignore(): void {}
