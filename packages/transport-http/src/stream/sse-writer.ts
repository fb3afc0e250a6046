// Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html), as Kratos writes them: the event
// `message` with an encoded reply, and once at the end `error` with an encoded error.

export type SseEventName = "message" | "error";

/** A line that every reader ignores: it keeps proxies from taking a quiet connection for a dead one. */
export const sseComment = ":\n\n";

/** An event with this payload, of which each line becomes a `data:` line. */
export function sseEvent(name: SseEventName, payload: string | Uint8Array): string | Uint8Array {
  if (typeof payload !== "string") return bytesEvent(name, payload);
  // Readers take all three for the end of a line.
  const data = /[\r\n]/.test(payload) ? payload.replace(/\r\n|\r|\n/g, "\ndata: ") : payload;
  return `event: ${name}\ndata: ${data}\n\n`;
}

const encoder = new TextEncoder();
const lineFeed = 10;
const dataField = encoder.encode("data: ");

// Bytes of a binary codec, or of a google.api.HttpBody: as in Go only a line feed ends a line of them.
function bytesEvent(name: SseEventName, payload: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [encoder.encode(`event: ${name}\n`)];
  for (let from = 0; from <= payload.length; ) {
    const found = payload.indexOf(lineFeed, from);
    const to = found < 0 ? payload.length : found;
    parts.push(dataField, payload.subarray(from, to), newLine);
    from = to + 1;
  }
  parts.push(newLine);
  return concatenate(parts);
}

const newLine = encoder.encode("\n");

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
