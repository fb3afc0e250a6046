import { badReply } from "./wire-error.ts";

// Field names are tokens (RFC 9110 §5.6.2): a blank before the colon, or at the start of a folded line, is no part of one.
const validName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// RFC 9110 §5.5: no control characters but the tab, no lone CR or LF.
const invalidValue = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Reads header or trailer lines (RFC 9112 §5) that CRLF separates, from `start` on: `[name, value, …]`, names in lower
 * case. Throws a WireError `BAD_REPLY` for anything else, obsolete line folding included.
 */
export function readHeaderLines(text: string, start: number): string[] {
  const list: string[] = [];
  let at = start;
  while (at < text.length) {
    const lineEnd = text.indexOf("\r\n", at);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const colon = text.indexOf(":", at);
    const name = text.slice(at, colon < 0 || colon > end ? end : colon);
    if (colon < 0 || colon > end || !validName.test(name)) throw badReply(`header line ${quote(text, at, end)}`);
    const value = trimmed(text, colon + 1, end);
    if (invalidValue.test(value)) throw badReply(`the value of header ${name} has a control character`);
    list.push(name.toLowerCase(), value);
    at = end + 2;
  }
  return list;
}

// Not `trim()`, which also takes characters beyond ASCII.
function trimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** A start of what came, fit for an error message. */
export function quote(text: string, start: number, end: number): string {
  return JSON.stringify(text.slice(start, Math.min(end, start + 60)));
}
