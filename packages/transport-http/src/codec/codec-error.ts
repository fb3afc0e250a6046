import { KratosError } from "@kratos-ts/core";

/** What is wrong with a body, a query or a path value. */
export interface CodecFault {
  /** What was being read: `body`, `query parameter`, `path variable`. */
  readonly where: string;
  /** The field's path as the caller wrote it; empty when it is the whole. */
  readonly path?: string | undefined;
  /** What would have been right, as in `expected …`. */
  readonly expected: string;
  /** What was there; only a short piece of it is shown. */
  readonly got?: string | undefined;
  readonly cause?: unknown;
}

/** The 400 `CODEC` that names the field and what was expected of it. */
export function codecError(fault: CodecFault): KratosError {
  const { where, path, expected, got, cause } = fault;
  const place = path ? `${where} ${clip(path, maxPath)}` : where;
  const found = got === undefined ? "" : `, got ${clip(got, maxInput)}`;
  return new KratosError({ code: 400, reason: "CODEC", message: `${place}: expected ${expected}${found}`, cause });
}

/** The 400 `CODEC` for a body whose `Content-Type` no codec has. */
export function unknownContentType(header: string | undefined, names: readonly string[]): KratosError {
  return codecError({
    where: "header",
    path: "Content-Type",
    expected: `one of ${names.map((name) => `application/${name}`).join(", ")}`,
    got: header === undefined || header === "" ? "none" : quoteInput(header),
  });
}

/** A piece of the caller's text in quotes, short enough to be echoed. */
export function quoteInput(text: string): string {
  return JSON.stringify(clip(text, maxInput - 2).toWellFormed());
}

const maxInput = 32;
const maxPath = 120;

/** Long inputs are the caller's to know: an error echoes a piece of them. */
function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
