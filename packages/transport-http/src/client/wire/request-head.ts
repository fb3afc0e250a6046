import { KratosError } from "@kratos-ts/core";

/** What stands before the body, but for `content-length`. */
export interface HeadParts {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Header lines: see `headerText`. */
  readonly headers: string;
}

// What would end the request line or begin another (RFC 9112 §3); servers differ in what they take beyond it.
const invalidPath = /[^\x21-\x7e\x80-\xff]/;
const invalidValue = /[^\t\x20-\x7e\x80-\xff]/;

/** Throws a KratosError 400 for a path that can't be sent. */
export function requestHead({ method, path, headers }: HeadParts): string {
  if (invalidPath.test(path)) throw unsendable(`the path ${JSON.stringify(path)}`);
  return `${method} ${path} HTTP/1.1\r\n${headers}`;
}

/** Lines of `[name, value, …]`; the names must be valid. Throws a KratosError 400 for a value that can't be sent. */
export function headerText(list: readonly string[]): string {
  let text = "";
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    const value = list[i + 1] as string;
    if (invalidValue.test(value)) throw unsendable(`the value of header ${name}`);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

function unsendable(what: string): KratosError {
  return new KratosError({
    code: 400,
    message: `the request can't be sent: ${what} has a line break, control character or one beyond Latin-1`,
  });
}
