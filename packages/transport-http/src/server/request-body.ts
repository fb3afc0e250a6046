import type { IncomingMessage, ServerResponse } from "node:http";
import { KratosError } from "@kratos-ts/core";
import type { HttpCall } from "./http-call.ts";
import { rawHeader } from "./raw-headers.ts";

// So much of a refused body is still read and dropped: a connection closed on a sender takes the refusal with it.
const lingerBytes = 1024 * 1024;

const noBytes: Buffer = Buffer.alloc(0);

const waiting = Symbol("waits for 100 Continue");

type ExpectingRequest = IncomingMessage & { [waiting]?: boolean };

/** Collects the body of a call and hands it to `onBody`; answers 413 itself when it has more than `limit` bytes. */
export function collectBody(call: HttpCall, limit: number, onBody: (body: Uint8Array) => void): void {
  const { request } = call;
  if (declaredLength(request) > limit) refuseBody(call, limit);
  else if (request.readableEnded) onBody(bodyOfFilter(request));
  else gather(call, limit, onBody);
}

function gather(call: HttpCall, limit: number, onBody: (body: Uint8Array) => void): void {
  const { request } = call;
  let chunks: Buffer[] | undefined;
  let first = noBytes;
  let size = 0;
  allowBody(call);
  request.on("data", (chunk: Buffer) => {
    if (call.replied) return;
    size += chunk.length;
    if (size > limit) refuseBody(call, limit);
    else if (first === noBytes) first = chunk;
    else if (chunks === undefined) chunks = [first, chunk];
    else chunks.push(chunk);
  });
  request.on("end", () => {
    if (!call.replied) onBody(chunks === undefined ? first : Buffer.concat(chunks, size));
  });
}

export function bodyTooLarge(limit: number): KratosError {
  return new KratosError({
    code: 413,
    reason: "BODY_TOO_LARGE",
    message: `the request body is larger than ${limit} bytes, the limit of this server (option maxBodyBytes)`,
  });
}

/** The `Content-Length`; 0 when there is none. Node has refused those that are no number. */
export function declaredLength(request: IncomingMessage): number {
  const value = rawHeader(request.rawHeaders, "content-length");
  return value === undefined ? 0 : Number(value);
}

/** Whether a body comes, be it an empty one. */
export function hasBody({ rawHeaders }: IncomingMessage): boolean {
  return (
    rawHeader(rawHeaders, "content-length") !== undefined || rawHeader(rawHeaders, "transfer-encoding") !== undefined
  );
}

/** Notes that a sender waits for a `100 Continue` (RFC 9110 §10.1.1). */
export function awaitContinue(request: IncomingMessage, response: ServerResponse): void {
  (request as ExpectingRequest)[waiting] = true;
  // Answered without its body being read, it may send it or not: the connection could not be used any more.
  response.shouldKeepAlive = false;
}

/** Lets a sender that waits for it send its body. */
export function allowBody({ request, response, core }: HttpCall): void {
  if ((request as ExpectingRequest)[waiting] !== true) return;
  (request as ExpectingRequest)[waiting] = false;
  response.shouldKeepAlive = !core.stopping;
  response.writeContinue();
}

/** Answers 413, and drops what is sent all the same. */
export function refuseBody(call: HttpCall, limit: number): void {
  const { request, response } = call;
  response.shouldKeepAlive = false;
  call.held = (request as ExpectingRequest)[waiting] !== true;
  call.fail(bodyTooLarge(limit));
  if (!call.held) return;
  let dropped = 0;
  request.on("data", (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > lingerBytes) response.end();
  });
  request.on("end", () => response.end());
}

// A filter that parses bodies has read it; connect's body parsers leave it here.
function bodyOfFilter(request: IncomingMessage): Uint8Array {
  const { body } = request as { body?: unknown };
  if (body === undefined) return noBytes;
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}
