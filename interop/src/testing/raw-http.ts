import { once } from "node:events";
import { connect } from "node:net";

export interface RawRequest {
  readonly method: string;
  /** As it goes into the request line. */
  readonly path: string;
  readonly headers?: readonly (readonly [string, string])[] | undefined;
  readonly body?: Uint8Array | string | undefined;
}

export interface RawReply {
  readonly status: number;
  /** Names in lower case; the last value of a name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const bodyVerbs = new Set(["POST", "PUT", "PATCH"]);

/** Writes a request as bytes on a connection of its own, and reads the reply: nothing is put right on the way. */
export async function sendRawHttp(endpoint: string, request: RawRequest): Promise<RawReply> {
  const { hostname, port, host } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.write(bytesOf(request, host));
  await once(socket, "end");
  socket.destroy();
  return parse(Buffer.concat(chunks), request.method);
}

function bytesOf({ method, path, headers = [], body }: RawRequest, host: string): Buffer {
  const payload = Buffer.from(body ?? "");
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close"];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (payload.length > 0 || bodyVerbs.has(method)) lines.push(`Content-Length: ${payload.length}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), payload]);
}

function parse(bytes: Buffer, method: string): RawReply {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) throw new Error(`no HTTP reply: ${JSON.stringify(bytes.toString())}`);
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = bytes.subarray(end + 4);
  const body = headers["transfer-encoding"] === "chunked" ? unchunk(rest) : rest;
  return { status: Number(statusLine.split(" ")[1]), headers, body: method === "HEAD" ? Buffer.alloc(0) : body };
}

function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
