import type { HeaderList } from "@kratos-ts/core";

/** What the transport itself says of every message: a call's headers can't change them. */
const reserved = new Set([
  "connection",
  "content-length",
  "content-type",
  "expect",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

/** The headers of a request: the fixed ones, which the call's own replace, and the call's own. */
export function requestHeaders(fixed: readonly string[], own: HeaderList | undefined): string[] {
  if (own === undefined || own.size === 0) return fixed as string[];
  const list: string[] = [];
  for (let i = 0; i < fixed.length; i += 2) {
    const name = fixed[i] as string;
    if (reserved.has(name) || !own.has(name)) list.push(name, fixed[i + 1] as string);
  }
  const flat = own.flat();
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string;
    if (!reserved.has(name)) list.push(name, utf8(flat[i + 1] as string));
  }
  return list;
}

const beyondAscii = /[^\0-\x7f]/;

/** Header lines are written as Latin-1, and Kratos peers read UTF-8. */
function utf8(value: string): string {
  return beyondAscii.test(value) ? Buffer.from(value).toString("latin1") : value;
}
