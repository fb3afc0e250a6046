export interface Replies {
  /** Those of whole replies; a reply that was cut adds `cut`. */
  readonly statuses: string[];
  /** What no caller may see, such as a stack trace. */
  readonly leak: string | undefined;
}

/** Reads the replies on a connection. */
export function readReplies(bytes: Buffer): Replies {
  const statuses: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const reply = readReply(bytes, at);
    statuses.push(reply.status);
    at = reply.end;
  }
  return { statuses, leak: /\n {4}at [^\n]*|node:internal[^\n]*|TOP SECRET/.exec(bytes.toString())?.[0] };
}

function readReply(bytes: Buffer, start: number): { status: string; end: number } {
  const cut = { status: "cut", end: bytes.length };
  const headEnd = bytes.indexOf("\r\n\r\n", start);
  if (headEnd < 0) return cut;
  const head = bytes.toString("latin1", start, headEnd);
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  if (status === undefined) return { status: `no reply but ${JSON.stringify(head.slice(0, 60))}`, end: bytes.length };
  const end = bodyEnd(bytes, headEnd + 4, head);
  return end === undefined ? cut : { status, end };
}

function bodyEnd(bytes: Buffer, start: number, head: string): number | undefined {
  if (/^HTTP\/1\.1 (1\d\d|204|304)/.test(head)) return start;
  if (/^transfer-encoding: chunked/im.test(head)) {
    const last = bytes.indexOf("0\r\n\r\n", start);
    return last < 0 ? undefined : last + 5;
  }
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  // Neither: until the connection closes, as a reply to HEAD is.
  const end = length === undefined ? bytes.length : start + Number(length);
  return end <= bytes.length ? end : undefined;
}
