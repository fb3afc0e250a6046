import type { Socket } from "node:net";
import type { WireRequest } from "./wire-request.ts";

// Up to here copying head and body together costs less than writing two pieces.
const maxCopiedBytes = 16 * 1024;

/** Writes a whole request, in one piece where that is cheap: one system call, one packet. */
export function writeRequest(socket: Socket, { head, body }: WireRequest): void {
  if (body === null) socket.write(`${head}\r\n`, "latin1");
  else if (typeof body === "string") writeText(socket, head, body);
  else writeBytes(socket, head, body);
}

function writeText(socket: Socket, head: string, body: string): void {
  const size = Buffer.byteLength(body);
  // As many bytes as characters: both are ASCII, or Latin-1.
  if (size === body.length) socket.write(`${withLength(head, size)}${body}`, "latin1");
  else writeBytes(socket, head, Buffer.from(body));
}

function writeBytes(socket: Socket, head: string, body: Uint8Array): void {
  const start = withLength(head, body.length);
  if (body.length <= maxCopiedBytes) {
    const whole = Buffer.allocUnsafe(start.length + body.length);
    whole.write(start, 0, "latin1");
    whole.set(body, start.length);
    socket.write(whole);
    return;
  }
  socket.cork();
  socket.write(start, "latin1");
  socket.write(body);
  socket.uncork();
}

function withLength(head: string, size: number): string {
  return `${head}content-length: ${size}\r\n\r\n`;
}
