import { KratosError } from "@kratos-ts/core";
import type { LineCounter } from "yaml";

export interface YamlFault {
  /** Where in the text; undefined when it is the whole. */
  readonly at?: number | undefined;
  readonly expected: string;
  readonly got?: string | undefined;
}

/** The 400 `CODEC` for a body, with line and column. */
export function yamlError({ at, expected, got }: YamlFault, lines?: LineCounter): KratosError {
  const place = at === undefined ? undefined : lines?.linePos(at);
  const where =
    place === undefined ? "body" : `body, line ${Math.max(place.line, 1)}, column ${Math.max(place.col, 1)}`;
  const found = got === undefined ? "" : `, got ${clip(got)}`;
  return new KratosError({ code: 400, reason: "CODEC", message: `${where}: expected ${expected}${found}` });
}

/** A piece of the caller's text, in quotes. */
export function quote(text: string): string {
  return JSON.stringify(clip(text, 30).toWellFormed());
}

function clip(text: string, length = 120): string {
  const line = text.replaceAll("\n", " ");
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
