import type { HostileCase } from "../case.ts";
import { converse, type Piece } from "../conversation.ts";
import { readReplies } from "./replies.ts";

export interface HttpInput {
  readonly name: string;
  /** The request as it goes over the wire, in latin1 where it is text. */
  readonly send: string | Buffer | readonly (string | Piece)[];
  /** The statuses of the replies, with spaces between them, or `closed` when there is none. */
  readonly expected: string;
  /** Which server. Default `http`. */
  readonly target?: "http" | "wide" | undefined;
  readonly slow?: boolean | undefined;
  /** What the replies must hold. */
  readonly says?: RegExp | undefined;
}

/** A case that writes bytes to an HTTP server until it closes the connection. */
export function httpCase({ name, send, expected, target = "http", slow, says }: HttpInput): HostileCase {
  const parts = typeof send === "string" || Buffer.isBuffer(send) ? [send] : send;
  const pieces = parts.map((part) => (typeof part === "string" && part !== "end" ? Buffer.from(part, "latin1") : part));
  const bytes = Buffer.concat(pieces.filter((piece) => Buffer.isBuffer(piece)));
  return {
    name: `HTTP: ${name}`,
    expected,
    slow,
    seed: bytes.length < 20_000 ? { target, bytes } : undefined,
    async run(targets) {
      const { bytes, end } = await converse(targets[target], { pieces });
      if (end === "hung") return `hung after ${JSON.stringify(bytes.toString("latin1", 0, 200))}`;
      const { statuses, leak } = readReplies(bytes);
      if (leak !== undefined) return `leaked ${leak}`;
      if (says !== undefined && !says.test(bytes.toString())) return `said ${bytes.toString().slice(0, 2000)}`;
      // After an answer a reset is a matter of luck: it only means that bytes were left unread.
      return statuses.length > 0 ? statuses.join(" ") : end;
    },
  };
}

/** A request with a `Host`, that ends the connection unless it says otherwise. */
export function request(line: string, headers: readonly string[] = [], body = ""): string {
  const connection = headers.some((header) => /^connection:/i.test(header)) ? [] : ["Connection: close"];
  return [`${line} HTTP/1.1`, "Host: a", ...connection, ...headers, "", body].join("\r\n");
}

export const get = (path: string, headers?: readonly string[]): string => request(`GET ${path}`, headers);

/** A POST with the length of its body, which is UTF-8. */
export function post(path: string, type: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const head = request(`POST ${path}`, [`Content-Type: ${type}`, `Content-Length: ${bytes.length}`]);
  return Buffer.concat([Buffer.from(head, "latin1"), bytes]);
}

export const postJson = (path: string, body: string | Buffer): Buffer => post(path, "application/json", body);
