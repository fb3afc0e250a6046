import { KratosError } from "@kratos-ts/core";

/** What an element should have held. The document adds where that is. */
export class XmlFault extends Error {
  readonly expected: string;
  readonly got: string | undefined;

  constructor(expected: string, got?: string) {
    super(expected);
    this.expected = expected;
    this.got = got;
  }
}

/** The 400 `CODEC` for a body; the place is such as `line 3, column 9`, the path such as `Book.Author`. */
export function xmlError(fault: { place?: string; path?: string; expected: string; got?: string | undefined }) {
  const { place, path, expected, got } = fault;
  const where = ["body", place, path && clip(path, 120)].filter(Boolean).join(", ");
  const found = got === undefined ? "" : `, got ${got}`;
  return new KratosError({ code: 400, reason: "CODEC", message: `${where}: expected ${expected}${found}` });
}

/** A short piece of the caller's text, in quotes. */
export function quote(text: string): string {
  return JSON.stringify(clip(text, 30).toWellFormed());
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
