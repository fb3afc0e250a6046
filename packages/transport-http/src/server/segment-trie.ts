import { one, rest, type Segment } from "../rule/path-template.ts";
import { matchSegment } from "./segment-match.ts";

/** A tree of path templates, segment by segment. Of several templates that match, the one that is most literal from the left wins. */
export class SegmentTrie<T> {
  readonly #root = new TrieNode<T>();

  /** The place of a template; the same for templates that differ in the names of their variables only. */
  at(segments: readonly Segment[], make: () => T): T {
    let node = this.#root;
    for (const [i, segment] of segments.entries()) {
      if (segment.includes(rest)) return node.rest(segment, segments.slice(i + 1), make);
      node = node.child(segment);
    }
    node.value ??= make();
    return node.value;
  }

  /** The first value on the way, best match first, for which `accept` gives something. */
  find<R>(path: readonly string[], accept: (value: T) => R | undefined): R | undefined {
    return this.#root.find(path, 0, accept);
  }
}

interface PatternEdge<T> {
  readonly segment: Segment;
  readonly node: TrieNode<T>;
}

interface RestEdge<T> {
  /** The segment with `**`, and those behind it. */
  readonly segment: Segment;
  readonly tail: readonly Segment[];
  readonly value: T;
}

class TrieNode<T> {
  value: T | undefined;
  readonly #literals = new Map<string, TrieNode<T>>();
  readonly #patterns: PatternEdge<T>[] = [];
  readonly #rests: RestEdge<T>[] = [];
  #any: TrieNode<T> | undefined;

  child(segment: Segment): TrieNode<T> {
    if (segment.every((part) => typeof part === "string")) {
      const text = segment.join("");
      const known = this.#literals.get(text) ?? new TrieNode<T>();
      this.#literals.set(text, known);
      return known;
    }
    if (segment.length === 1) {
      this.#any ??= new TrieNode<T>();
      return this.#any;
    }
    const known = this.#patterns.find((edge) => keyOf([edge.segment]) === keyOf([segment]));
    if (known !== undefined) return known.node;
    const edge = { segment, node: new TrieNode<T>() };
    this.#patterns.push(edge);
    this.#patterns.sort((a, b) => literalLength(b.segment) - literalLength(a.segment));
    return edge.node;
  }

  rest(segment: Segment, tail: readonly Segment[], make: () => T): T {
    const key = keyOf([segment, ...tail]);
    const known = this.#rests.find((edge) => keyOf([edge.segment, ...edge.tail]) === key);
    if (known !== undefined) return known.value;
    const edge = { segment, tail, value: make() };
    this.#rests.push(edge);
    const weight = (each: RestEdge<T>): number => literalLength([each.segment, ...each.tail].flat());
    this.#rests.sort((a, b) => weight(b) - weight(a));
    return edge.value;
  }

  find<R>(path: readonly string[], depth: number, accept: (value: T) => R | undefined): R | undefined {
    if (depth === path.length) return this.value === undefined ? undefined : accept(this.value);
    const text = path[depth] as string;
    const literal = this.#literals.get(text)?.find(path, depth + 1, accept);
    if (literal !== undefined) return literal;
    for (const { segment, node } of this.#patterns) {
      const found = matchSegment(segment, text) && node.find(path, depth + 1, accept);
      if (found !== undefined) return found;
    }
    // A wildcard takes at least one character.
    const any = text === "" ? undefined : this.#any?.find(path, depth + 1, accept);
    if (any !== undefined) return any;
    for (const edge of this.#rests) {
      const found = matchesRest(edge, path, depth) ? accept(edge.value) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function matchesRest({ segment, tail }: RestEdge<unknown>, path: readonly string[], depth: number): boolean {
  const end = path.length - tail.length;
  if (end <= depth || matchSegment(segment, path.slice(depth, end).join("/")) === undefined) return false;
  return tail.every((each, i) => matchSegment(each, path[end + i] as string) !== undefined);
}

function keyOf(segments: readonly Segment[]): string {
  const text = (part: Segment[number]): string => (typeof part === "string" ? part : part === one ? "*" : "**");
  return segments.map((segment) => segment.map(text).join("")).join("/");
}

function literalLength(segment: Segment): number {
  return segment.reduce((sum, part) => sum + (typeof part === "string" ? part.length : 0), 0);
}
