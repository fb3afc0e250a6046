import { KratosError } from "@kratos-ts/core";
import { nodeHttp } from "../node-http.ts";

/** Sends the caller elsewhere. Made by `redirect`. */
export class Redirect extends KratosError {
  readonly url: string;

  constructor(url: string, code: number) {
    super({ code, message: `redirect to ${url}` });
    this.name = "Redirect";
    this.url = url;
  }
}

/**
 * A redirect for a handler to throw (or, in a hand-written route, to return). A relative URL is resolved against the
 * request's path (RFC 3986 §5). Over gRPC the caller gets an error with this code.
 *
 * `code` is 300–399; default 302. Throws a RangeError for another code.
 */
export function redirect(url: string, code = 302): Redirect {
  if (!Number.isInteger(code) || code < 300 || code > 399)
    throw new RangeError(`a redirect needs a status from 300 to 399, not ${code}`);
  return new Redirect(url, code);
}

/** The `Location` of a redirect from the request target `from` (path and query). */
export function locationOf(url: string, from: string): string {
  const safe = escapeUnsafe(url);
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(safe) || !URL.canParse(safe, "http://host")) return safe;
  const { pathname, search, hash } = new URL(safe, `http://host${from}`);
  return pathname + search + hash;
}

/** The short note that goes with a redirect for people (RFC 9110 §15.4). */
export function redirectNote(location: string, code: number): string {
  const href = location.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  return `<a href="${href}">${nodeHttp.STATUS_CODES[code] ?? "Redirect"}</a>.\n\n`;
}

// Line breaks must not end the header, and headers are ASCII.
function escapeUnsafe(url: string): string {
  return url.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}
