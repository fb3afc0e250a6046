import type { Segment } from "../rule/path-template.ts";

/**
 * What each part of a segment stands for in `text`; undefined when it does not match. Of several ways the first
 * wildcard takes the most, as a regular expression would have it, but in linear time whatever the text.
 */
export function matchSegment(parts: Segment, text: string): string[] | undefined {
  const values: string[] = new Array(parts.length);
  let end = text.length;
  let wildcard = -1;
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i] as Segment[number];
    if (typeof part !== "string") {
      wildcard = i;
      continue;
    }
    // Right to left: a text takes its last place, so that the wildcard before it takes the most.
    const start = wildcard < 0 ? end - part.length : i === 0 ? 0 : text.lastIndexOf(part, end - part.length - 1);
    if (start < 0 || !text.startsWith(part, start)) return undefined;
    if (wildcard >= 0 && !take(wildcard, start + part.length)) return undefined;
    values[i] = part;
    wildcard = -1;
    end = start;
  }
  if (wildcard >= 0 ? !take(wildcard, 0) : end !== 0) return undefined;
  return values;

  function take(index: number, from: number): boolean {
    values[index] = text.slice(from, end);
    return from < end || (from === end && parts[index] !== undefined && isRest(parts[index]));
  }
}

function isRest(part: Segment[number]): boolean {
  return typeof part !== "string" && part.wildcard === "**";
}
