/**
 * A path template of `google.api.http` (https://github.com/googleapis/googleapis/blob/master/google/api/http.proto):
 * literals, `{field}`, `{a.b}`, `{field=pattern}` with `*` (one segment) and `**` (any rest), and `:verb` suffixes.
 * Unlike in that grammar a segment may hold several variables with text between them (`{a}-{b}`), as Kratos has it.
 */
export interface PathTemplate {
  /** As it was written. */
  readonly source: string;
  /** Literal text and variables from left to right: what a client fills in. */
  readonly items: readonly (string | PathVariable)[];
  readonly variables: readonly PathVariable[];
  /** What stands between the slashes, variables resolved to their patterns: what a router matches. */
  readonly segments: readonly Segment[];
}

/** A variable of a template. */
export interface PathVariable {
  /** The field's path in the request message, `name` or `item.id`. */
  readonly field: string;
  /** The pattern's text; `*` when none was given. */
  readonly pattern: string;
  /** Matches a whole value (not escaped) that fits the pattern. */
  readonly regexp: RegExp;
  /** Whether slashes belong to a value: the pattern has several segments or `**`. */
  readonly slashes: boolean;
  /** The first and the last part that the variable covers. */
  readonly first: PartPosition;
  readonly last: PartPosition;
}

/** The parts of one segment from left to right. */
export type Segment = readonly SegmentPart[];

/** Literal text, or a wildcard: `one` matches at least one character of a segment, `rest` anything, slashes and nothing included. */
export type SegmentPart = string | Wildcard;
export type Wildcard = typeof one | typeof rest;
export const one: { readonly wildcard: "*" } = { wildcard: "*" };
export const rest: { readonly wildcard: "**" } = { wildcard: "**" };

export interface PartPosition {
  readonly segment: number;
  readonly part: number;
}

const variableSyntax = /^\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(?:=\s*([^{}]*?)\s*)?\}$/;

/** Throws an Error that names the template and the part that can't be read. */
export function parsePathTemplate(source: string): PathTemplate {
  const fail = (problem: string): never => {
    throw new Error(`path template ${JSON.stringify(source)}: ${problem}`);
  };
  if (!source.startsWith("/")) fail("it must begin with a slash");
  const segments: SegmentPart[][] = [[]];
  const items = source
    .slice(1)
    .split(/(\{[^{}]*\})/)
    .filter((text) => text !== "")
    .map((text) => {
      if (!text.startsWith("{")) {
        if (/[{}?#]/.test(text)) fail(`${JSON.stringify(text)} has a character that no path has`);
        addParts(text, segments);
        return text;
      }
      return parseVariable(text, segments, fail);
    });
  const variables = items.filter((item) => typeof item !== "string");
  checkVariables(variables, fail);
  checkWildcards(segments, fail);
  return { source, items: ["/", ...items], variables, segments };
}

function parseVariable(text: string, segments: SegmentPart[][], fail: (problem: string) => never): PathVariable {
  const [, field, pattern = "*"] = variableSyntax.exec(text) ?? [];
  if (field === undefined || pattern === "" || pattern.startsWith("/"))
    return fail(
      `${text} is no variable; write {field}, {message.field} or {field=pattern}, where a pattern is text, * and ** (no regular expressions)`,
    );
  const first = { segment: segments.length - 1, part: segments.at(-1)?.length ?? 0 };
  addParts(pattern, segments);
  const last = { segment: segments.length - 1, part: (segments.at(-1)?.length ?? 0) - 1 };
  const slashes = pattern.includes("/") || pattern.includes("**");
  return { field, pattern, slashes, regexp: patternRegExp(pattern), first, last };
}

function addParts(text: string, segments: SegmentPart[][]): void {
  for (const piece of text.split(/(\/|\*\*|\*)/)) {
    if (piece === "/") segments.push([]);
    else if (piece !== "") segments.at(-1)?.push(piece === "*" ? one : piece === "**" ? rest : piece);
  }
}

function checkVariables(variables: readonly PathVariable[], fail: (problem: string) => never): void {
  const fields = new Set(variables.map((each) => each.field));
  for (const { field } of variables) if (!fields.delete(field)) fail(`it has the variable ${field} twice`);
}

// What these rules leave out could be read in more than one way, or would take more than linear time to match.
function checkWildcards(segments: readonly Segment[], fail: (problem: string) => never): void {
  if (segments.flat().filter((part) => part === rest).length > 1) fail("it has ** more than once");
  for (const segment of segments) {
    segment.forEach((part, i) => {
      if (typeof part !== "string" && i > 0 && typeof segment[i - 1] !== "string")
        fail("two wildcards or variables of a segment need text between them");
    });
    if (segment.includes(rest) && segment.includes(one)) fail("a segment has both * and **");
  }
}

function patternRegExp(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((piece) => (piece === "*" ? "[^/]+" : piece === "**" ? ".*" : piece.replace(/[\\^$.+?()[\]|]/g, "\\$&")));
  return new RegExp(`^${source.join("")}$`, "s");
}
