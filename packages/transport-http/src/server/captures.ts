import { type PathTemplate, type PathVariable, rest, type Segment } from "../rule/path-template.ts";
import { matchSegment } from "./segment-match.ts";

/** The values of a template's variables in a path that matches it, split at its slashes. */
export type Captures = (path: readonly string[]) => string[];

/** Compiles the look-up of a template's variables. */
export function compileCaptures(template: PathTemplate): Captures {
  const { segments, variables } = template;
  if (variables.length === 0) return () => [];
  // Nearly always each variable is a whole segment, and there is no `**`.
  if (variables.every((each) => isWholeSegment(each, segments))) {
    const places = variables.map((each) => each.first.segment);
    return (path) => places.map((place) => path[place] as string);
  }
  const restAt = segments.findIndex((segment) => segment.includes(rest));
  return (path) => {
    const parts = segments.map((segment, i) => matchSegment(segment, textOf(path, i)) as string[]);
    return variables.map((variable) => textOfVariable(variable, parts));
  };

  function textOf(path: readonly string[], index: number): string {
    if (restAt < 0 || index < restAt) return path[index] as string;
    const surplus = path.length - segments.length;
    if (index > restAt) return path[index + surplus] as string;
    return path.slice(restAt, restAt + surplus + 1).join("/");
  }
}

function isWholeSegment({ first, last }: PathVariable, segments: readonly Segment[]): boolean {
  const segment = segments[first.segment] as Segment;
  return first.segment === last.segment && segment.length === 1 && segment[0] !== rest;
}

function textOfVariable({ first, last }: PathVariable, parts: readonly string[][]): string {
  const texts: string[] = [];
  for (let i = first.segment; i <= last.segment; i++) {
    const from = i === first.segment ? first.part : 0;
    const to = i === last.segment ? last.part + 1 : undefined;
    texts.push((parts[i] as string[]).slice(from, to).join(""));
  }
  return texts.join("/");
}
