import type { PathTemplate } from "../rule/path-template.ts";
import { type Captures, compileCaptures } from "./captures.ts";
import { SegmentTrie } from "./segment-trie.ts";

/** A route that matches a request, and the values of its path variables in their order. */
export interface Match<R> {
  readonly route: R;
  readonly values: readonly string[];
}

interface Leaf<R> extends Match<R> {
  readonly template: PathTemplate;
  readonly captures: Captures;
}

type Verbs<R> = Map<string, Leaf<R>>;

/**
 * Finds routes by verb and path. Among templates that match, the most literal one from the left wins (`/a/b` before
 * `/a/{x}` before `/{x}/b`), whatever the order they were added in; of equal ones the first.
 */
export class Router<R> {
  readonly #static = new Map<string, Verbs<R>>();
  readonly #trie = new SegmentTrie<Verbs<R>>();

  /** False when an equal template has that verb already: the first one stays. */
  add(verb: string, template: PathTemplate, route: R): boolean {
    const verbs = this.#trie.at(template.segments, () => new Map());
    if (verbs.has(verb)) return false;
    verbs.set(verb, { route, template, values: [], captures: compileCaptures(template) });
    // Only a path without escapes is looked up as it came.
    if (template.variables.length === 0 && !/[*%]/.test(template.source)) this.#static.set(template.source, verbs);
    return true;
  }

  /** A route without variables, by the path as it came: what most requests need. */
  findStatic(verb: string, path: string): Match<R> | undefined {
    const verbs = this.#static.get(path);
    return verbs && forVerb(verbs, verb);
  }

  /** Any route, by the decoded path. */
  find(verb: string, path: string): Match<R> | undefined {
    const segments = path.slice(1).split("/");
    const leaf = this.#trie.find(segments, (verbs) => forVerb(verbs, verb));
    if (leaf === undefined || leaf.template.variables.length === 0) return leaf;
    return { route: leaf.route, values: leaf.captures(segments) };
  }

  /** The verbs that a path can be called with, sorted: the value of `Allow`. */
  verbsAt(path: string): string[] {
    const found = new Set<string>();
    this.#trie.find(path.slice(1).split("/"), (verbs) => {
      for (const verb of verbs.keys()) found.add(verb);
      if (verbs.has("GET")) found.add("HEAD");
      return undefined;
    });
    return [...found].sort();
  }
}

// A HEAD is answered by the GET route (RFC 9110 §9.3.2) unless it has one of its own.
function forVerb<R>(verbs: Verbs<R>, verb: string): Leaf<R> | undefined {
  return verbs.get(verb) ?? (verb === "HEAD" ? verbs.get("GET") : undefined);
}
