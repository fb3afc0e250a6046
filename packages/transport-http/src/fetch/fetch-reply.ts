import { HeaderList, KratosError } from "@kratos-ts/core";
import { fromHeaderValue } from "../client/header-value.ts";
import type { FetchServer } from "./fetch-server.ts";

export interface FetchRequest {
  readonly method: string;
  readonly path: string;
  /** `[name, value, …]` */
  readonly headers: readonly string[];
  readonly body: Uint8Array | string | null;
  readonly signal: AbortSignal;
}

/** Sends a request. Throws a KratosError. */
export async function fetchReply(server: FetchServer, request: FetchRequest): Promise<Response> {
  const { method, path, body, signal } = request;
  if (body !== null && (method === "GET" || method === "HEAD"))
    throw new KratosError({ code: 400, message: `fetch can't send a ${method} with a body: ${path}` });
  const { credentials } = server;
  const init: RequestInit = {
    method,
    headers: pairs(request.headers),
    body: body as BodyInit | null,
    signal,
    redirect: "manual",
    ...(credentials !== undefined && { credentials }),
  };
  try {
    return await server.fetch(server.name + path, init);
  } catch (cause) {
    throw unreachable(cause, server);
  }
}

function pairs(list: readonly string[]): [string, string][] {
  return list.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, list[i + 1] as string]] : []));
}

/** A redirect hides behind status 0 in browsers, which don't say where it leads or which it is. */
export function statusOf({ status, type }: Response): number {
  return type === "opaqueredirect" ? 302 : status;
}

export function headerListOf({ headers }: Response): HeaderList {
  const list = [...headers].flatMap(([name, value]) => [name, fromHeaderValue(value)]);
  return new HeaderList(list, { lowerCase: true });
}

/** The whole body. Throws a KratosError: 429 beyond `maxBodyBytes`, 503 when the connection breaks. */
export async function readWhole(response: Response, server: FetchServer): Promise<Uint8Array> {
  const { maxBodyBytes } = server;
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  while (reader !== undefined) {
    const { done, value } = await readPiece(reader, server);
    if (done) break;
    size += value.length;
    pieces.push(value);
    if (size > maxBodyBytes) {
      reader.cancel().catch(() => {});
      throw tooLarge("reply", server);
    }
  }
  return joined(pieces, size);
}

/** The next piece of a body. Throws a KratosError 503 when the connection breaks. */
export async function readPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { name }: FetchServer,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    const message = `the connection to ${name} broke before the reply was complete: ${reasonOf(cause)}`;
    throw new KratosError({ code: 503, message, cause });
  }
}

export function tooLarge(what: "reply" | "message", { name, maxBodyBytes }: FetchServer): KratosError {
  return new KratosError({
    code: 429,
    message: `${what === "reply" ? "the reply" : "a message"} of ${name} is larger than maxBodyBytes (${maxBodyBytes})`,
  });
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = pieces;
  if (first?.length === size) return first;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function unreachable(cause: unknown, { name }: FetchServer): KratosError {
  const message = `can't reach ${name}: ${reasonOf(cause)}; is the server running there, and does it allow calls from here (CORS)?`;
  return new KratosError({ code: 503, message, cause });
}

// Node's fetch says in the cause what went wrong; browsers say no more than that something did.
function reasonOf(thrown: unknown): string {
  const { cause, message } = thrown as { cause?: { message?: string }; message?: string };
  return cause?.message || message || String(thrown);
}
